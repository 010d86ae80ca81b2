using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>
/// Asks the agent about each caller with open connections again and again, one after the other and never faster than
/// <see cref="Pace"/>: the more callers, the longer a round takes.
/// </summary>
internal sealed class AskingRounds(ConnectionRegistry registry, IAuthorizer authorizer, TimeSpan interval, RevocationReport report, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The least time between two calls: 50 a second.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>When to ask once more after a change: the agent wakes its watchers before its own cache has followed.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Turn> _turns = [];
    private readonly Dictionary<OpenIdentity, Turn> _byIdentity = [];
    private readonly HashSet<Task> _underWay = [];
    private readonly Pulse _pulse = new(time);
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
            _run = Task.Run(RunAsync);
    }

    /// <summary>An identity has its first connection, which the agent was asked about just now.</summary>
    public void Add(OpenIdentity identity)
    {
        lock (_gate)
        {
            var turn = new Turn(identity);
            _byIdentity[identity] = turn;
            Queue(turn, Jittered());
        }

        _pulse.Beat();
    }

    /// <summary>Something changed while this identity was let in.</summary>
    public void Hurry(OpenIdentity identity)
    {
        lock (_gate)
        {
            if (!_byIdentity.TryGetValue(identity, out var turn))
                return;
            turn.IsHurried = true;
            // One that is asked about now comes back by itself.
            if (turn.Node.List is not null)
            {
                _turns.Remove(turn.Node);
                _turns.AddFirst(turn.Node);
            }
        }

        _pulse.Beat();
    }

    /// <summary>Something changed for everybody.</summary>
    public void HurryAll()
    {
        lock (_gate)
        {
            foreach (var turn in _byIdentity.Values)
                turn.IsHurried = true;
        }

        _pulse.Beat();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run;
        Task[] underWay;
        lock (_gate)
            underWay = [.. _underWay];
        await Task.WhenAll(underWay);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var (turn, wait) = Next();
                if (turn is null)
                {
                    await _pulse.WaitAsync(wait, _stopping.Token);
                    continue;
                }

                // Not awaited: an agent that takes its time must not hold up the round.
                _ = AskAsync(turn);
                await Task.Delay(Pace, time, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private (Turn? Turn, TimeSpan? Wait) Next()
    {
        lock (_gate)
        {
            while (_turns.First is { } first)
            {
                var turn = first.Value;
                if (turn.Identity.Snapshot().Length == 0)
                {
                    _turns.Remove(first);
                    _byIdentity.Remove(turn.Identity);
                    continue;
                }

                var left = turn.After - time.GetElapsedTime(turn.Queued);
                if (!turn.IsHurried && left > TimeSpan.Zero)
                    return (null, left);
                _turns.Remove(first);
                return (turn, null);
            }

            return (null, null);
        }
    }

    private async Task AskAsync(Turn turn)
    {
        bool hurried;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            (hurried, turn.IsHurried) = (turn.IsHurried, false);
            _underWay.Add(done.Task);
        }

        try
        {
            // Before the question: who enters later was asked about later.
            var connections = turn.Identity.Snapshot();
            var decision = await authorizer.DecideAgainAsync(turn.Identity.Caller, turn.Identity.Kind, _stopping.Token);
            if (!decision.Allowed)
                Close(connections, turn.Identity, decision);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            report.Failed(turn.Identity.Caller, e);
        }

        lock (_gate)
        {
            Queue(turn, hurried ? Settling : Jittered());
            _underWay.Remove(done.Task);
        }

        _pulse.Beat();
        done.SetResult();
    }

    private void Close(OpenConnection[] connections, OpenIdentity identity, in IntentionDecision denied)
    {
        var tally = report.Begin();
        foreach (var connection in connections)
            tally.Add(connection.Close(denied, time.GetTimestamp()), identity.Caller, RevocationReport.Of(denied));
        tally.Report();
        registry.Wake();
    }

    // The queue is in the order in which turns come up, but for those that hurry, which come first.
    private void Queue(Turn turn, TimeSpan after)
    {
        (turn.Queued, turn.After) = (time.GetTimestamp(), after);
        if (turn.IsHurried)
        {
            _turns.AddFirst(turn.Node);
            return;
        }

        var before = _turns.Last;
        while (before is not null && !before.Value.IsHurried && before.Value.After - time.GetElapsedTime(before.Value.Queued) > after)
            before = before.Previous;
        if (before is null)
            _turns.AddFirst(turn.Node);
        else
            _turns.AddAfter(before, turn.Node);
    }

    private TimeSpan Jittered() => interval * (0.9 + (Random.Shared.NextDouble() / 5));

    private sealed class Turn
    {
        public Turn(OpenIdentity identity)
        {
            Identity = identity;
            Node = new(this);
        }

        public OpenIdentity Identity { get; }

        public LinkedListNode<Turn> Node { get; }

        public long Queued { get; set; }

        public TimeSpan After { get; set; }

        /// <summary>Whether to ask without waiting for its time.</summary>
        public bool IsHurried { get; set; }
    }
}
