namespace ConsulConnect.Agent;

/// <summary>The numbers in which watches differ.</summary>
internal sealed record WatchPace
{
    /// <summary>The least time between two answers once a burst of 5 is used up.</summary>
    public TimeSpan Floor { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pace, jittered, at which an answer without an index is asked for again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>The one long-poll loop.</summary>
/// <param name="name">For logs and metrics: leaf, roots, intentions, registration, entry, checks, heartbeat, token, health, query.</param>
/// <param name="fetch">The call.</param>
/// <param name="accept">Takes new content, confirmed already and with its freshness, which lives on with it, and answers null (what is disposable of it is disposed afterwards); or why it cannot be used, fit for a message. Called only when the content differs from what was accepted last.</param>
/// <param name="link">What the loops of one identity share.</param>
/// <param name="pace">Null: the defaults.</param>
internal sealed class AgentWatch<T>(string name, Func<BlockingQuery, CancellationToken, Task<AgentAnswer<T>>> fetch, Func<T, WatchFreshness, string?> accept, AgentLink link, WatchPace? pace = null) : IAsyncDisposable
    where T : class
{
    /// <summary>The first call must be answered at once, also by agents that block without an index.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    private readonly WatchPace _pace = pace ?? new();
    private readonly TurnLimit _limit = new(link.Time, (pace ?? new()).Floor);
    private readonly CancellationTokenSource _stop = new();
    private readonly WatchTrouble _trouble = new(name, link);
    private Task _run = Task.CompletedTask;
    private ulong _index;
    private string? _hash;
    private (string Fingerprint, string? Hash)? _accepted;
    private CancellationToken? _credentials;
    private volatile WatchFreshness? _freshness;
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _startOver = new();

    /// <summary>For content whose age nobody asks for.</summary>
    public AgentWatch(string name, Func<BlockingQuery, CancellationToken, Task<AgentAnswer<T>>> fetch, Func<T, string?> accept, AgentLink link, WatchPace? pace = null)
        : this(name, fetch, (value, _) => accept(value), link, pace)
    {
    }

    /// <summary>Why the last turn confirmed nothing; null when it did. Fit for a message.</summary>
    public string? LastError => _trouble.LastError;

    /// <summary>How long ago the agent last confirmed what was accepted; null before the first time.</summary>
    public TimeSpan? SinceConfirmed => _freshness?.SinceConfirmed;

    public WatchState State => new(name, SinceConfirmed, LastError, _trouble.Denied);

    /// <summary>
    /// Awaited when the agent answers that what is watched does not exist, before it is asked again; its own
    /// <see cref="AgentException"/> counts as the failure of the turn. Null: such an answer is a failure like others.
    /// </summary>
    public Func<CancellationToken, Task>? WhenMissing { get; init; }

    /// <summary>The pace of polling where it is not always the same, before jitter; null: that of the loop's pace.</summary>
    public Func<TimeSpan>? PollPace { get; init; }

    /// <summary>A polling loop asks at once instead of at its next time, once its limit of turns lets it. One that waits for changes goes on waiting.</summary>
    public void AskAgain() => Volatile.Read(ref _asked).TrySetResult();

    /// <summary>What is asked for has changed: whatever is under way is cut, a pause after a failure too, and the loop begins anew with its first query.</summary>
    public void StartOver() => Interlocked.Exchange(ref _startOver, new()).Cancel();

    public void Start()
    {
        // The loop must not live in the activity or the request that happened to start it.
        using (ExecutionContext.SuppressFlow())
            _run = Task.Run(RunAsync);
    }

    /// <summary>Stops the loop and awaits it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        link.Leave(this);
    }

    /// <summary>No exception ends it: what a loop knew last would be taken for the truth for ever.</summary>
    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync();
            }
            catch (Exception unexpected)
            {
                var pause = Failed(Unexpected("the loop", unexpected));
                await Task.Delay(pause, link.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Turn after turn, until the loop is stopped or has to start over with another token.</summary>
    private async Task FollowAsync()
    {
        var credentials = link.Client.Changed;
        using var changed = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, credentials, Volatile.Read(ref _startOver).Token);
        Restart();
        _trouble.StartOver();
        if (_credentials != credentials)
            _trouble.CredentialsChanged();
        _credentials = credentials;
        try
        {
            while (true)
                await ConfirmAsync(changed.Token);
        }
        catch (OperationCanceledException) when (changed.IsCancellationRequested)
        {
            // Stopped, or starting over.
        }
    }

    /// <summary>One confirmation, after as many failures as it takes.</summary>
    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var wake = new Wake(pause);
        var backOff = BackOff.Create(link.Time, failure =>
        {
            var pause = Failed(failure);
            if (failure is { Fault: AgentFault.Transient, IsBusy: false, IsUnexpected: false })
                wake.Arm();
            return pause;
        });
        try
        {
            var poll = await backOff.ExecuteAsync(
                async (watch, _) =>
                {
                    await _limit.WaitAsync(cancellationToken);
                    wake.Disarm(link.Recovery);
                    if (_asked.Task.IsCompleted)
                        Volatile.Write(ref _asked, new(TaskCreationOptions.RunContinuationsAsynchronously));
                    return await watch.TurnAsync(cancellationToken);
                },
                this,
                pause.Token);
            if (poll)
                await PauseAsync((PollPace?.Invoke() ?? _pace.Poll) * (0.9 + (Random.Shared.NextDouble() / 5)), cancellationToken);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _trouble.StartOver();
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var early = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(pause, link.Time, early.Token), _asked.Task);
        await early.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <returns>Whether the agent offers nothing to wait on.</returns>
    private async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        var answer = await FetchAsync(cancellationToken);
        try
        {
            return Take(answer);
        }
        catch (Exception unexpected) when (unexpected is not AgentException)
        {
            throw Unexpected("the end of a turn", unexpected);
        }
        finally
        {
            // A key, for one, which most answers repeat and nobody takes then.
            (answer.Value as IDisposable)?.Dispose();
        }
    }

    private async Task<AgentAnswer<T>> FetchAsync(CancellationToken cancellationToken)
    {
        var first = _index == 0 && _hash is null;
        var wait = first && FirstWait < link.WaitTime ? FirstWait : link.WaitTime;
        try
        {
            return await FetchOrHealAsync(new(_index, _hash, wait), cancellationToken);
        }
        catch (Exception unexpected) when (unexpected is not AgentException && !cancellationToken.IsCancellationRequested)
        {
            throw Unexpected("the call", unexpected);
        }
    }

    private async Task<AgentAnswer<T>> FetchOrHealAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await fetch(query, cancellationToken);
        }
        catch (AgentException missing) when (missing.Fault == AgentFault.Missing && WhenMissing is not null)
        {
            await WhenMissing(cancellationToken);
            throw;
        }
    }

    /// <summary>First what is known now, then what others are told: they may throw, and that changes nothing about it.</summary>
    private bool Take(AgentAnswer<T> answer)
    {
        var backwards = answer.Index > 0 && answer.Index < _index;
        _index = backwards ? 0 : answer.Index ?? 0;
        _hash = answer.ContentHash;

        var unchanged = _accepted is { } accepted
            && (accepted.Fingerprint == answer.Fingerprint || (accepted.Hash is not null && accepted.Hash == answer.ContentHash));
        var freshness = (unchanged ? _freshness : null) ?? new(link.Time);
        freshness.Confirm(answer.Age);
        var rejected = unchanged ? null : Offer(answer.Value, freshness);
        if (rejected is null)
            (_accepted, _freshness) = ((answer.Fingerprint, answer.ContentHash), freshness);

        link.Succeeded(this, _trouble.Answered());
        if (rejected is not null)
            _trouble.Rejected(rejected);
        else
            _trouble.Confirmed(answer.Age is null);
        link.Metrics.WatchTurned(name, rejected is not null ? "rejected" : unchanged ? "unchanged" : "changed");
        return _index == 0 && !backwards && _hash is null;
    }

    private string? Offer(T value, WatchFreshness freshness)
    {
        try
        {
            return accept(value, freshness);
        }
        catch (Exception unexpected)
        {
            // Nobody knows how much of it was taken: whatever comes next must be offered, also what was accepted before.
            _accepted = null;
            throw Unexpected("taking what the agent said", unexpected);
        }
    }

    private TimeSpan Failed(AgentException failure)
    {
        Restart();
        var pause = _trouble.Failed(failure);
        try
        {
            link.Failed(this, failure);
            _trouble.Tell(failure, heals: WhenMissing is not null);
        }
        catch (Exception)
        {
            // A listener of the app; the failure itself is counted and kept.
        }

        return pause;
    }

    private AgentException Unexpected(string what, Exception cause) =>
        new(AgentFault.Transient, $"{what} failed unexpectedly for {name}: {cause.GetType().Name}", cause) { IsUnexpected = true };

    private void Restart() => (_index, _hash) = (0, null);

    /// <summary>Cuts a pause short when another loop finds the agent well again.</summary>
    private sealed class Wake(CancellationTokenSource pause) : IDisposable
    {
        private CancellationToken _recovery;
        private CancellationTokenRegistration _armed;

        /// <summary>A call begins; a recovery from now on concerns its failure.</summary>
        public void Disarm(CancellationToken recovery)
        {
            _armed.Unregister();
            _recovery = recovery;
        }

        public void Arm() => _armed = _recovery.UnsafeRegister(static pause => ((CancellationTokenSource)pause!).Cancel(), pause);

        public void Dispose() => _armed.Dispose();
    }
}
