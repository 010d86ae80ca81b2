using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>
/// Looks at the instance's checks, for whose changes an agent lets nobody wait: doubts the entry when one of ours is gone, and removes
/// those of ours that have become obsolete.
/// </summary>
internal sealed class CheckFollower : IAsyncDisposable
{
    /// <summary>Seldom: an agent may have hundreds of apps, and goes through the checks of all of them each time.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly AgentLink _link;
    private readonly HeldEntry _held;
    private readonly CheckStatuses _statuses;
    private readonly AgentWatch<RegisteredChecks> _watch;
    private readonly TakeBackPace _pace;
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private Held? _reviewed;
    private long _reviewedAt;
    private ulong _turns;

    public CheckFollower(AgentLink link, HeldEntry held, CheckStatuses statuses)
    {
        (_link, _held, _statuses, _pace) = (link, held, statuses, new(link.Time));
        // An entry that is gone is noticed by others too, and registered by one.
        _watch = new("checks", FollowAsync, _ => null, link) { WhenMissing = _ => Task.CompletedTask };
    }

    public WatchState State => _watch.State;

    public void Start() => _watch.Start();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<RegisteredChecks>> FollowAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        var held = await DueAsync(cancellationToken);
        (_reviewed, _reviewedAt) = (held, _link.Time.GetTimestamp());
        var answer = await _link.Client.GetChecksAsync(held.Entry.Id, cancellationToken);
        _statuses.Learn(answer.Value);
        // What is being written may be in the answer already.
        if (_held.Stands(held))
            await ReviewAsync(held, CheckReview.Of(held.Entry, held.EverSent, answer.Value), cancellationToken);
        return answer with { Index = ++_turns, ContentHash = null };
    }

    private async Task<Held> DueAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _held.Changed;
            var held = await _held.WaitAsync(cancellationToken);
            var left = Pace - _link.Time.GetElapsedTime(_reviewedAt);
            if (held != _reviewed || left <= TimeSpan.Zero)
                return held;
            await _held.WaitAsync(changed, left, cancellationToken);
        }
    }

    private async Task ReviewAsync(Held held, CheckReview review, CancellationToken cancellationToken)
    {
        if (review.Missing is [var missing, ..])
        {
            _pace.Next();
            if (_pace.SayContest())
                Log.CheckContested(_link.Logger, missing, held.Entry.Id);
            _held.Doubt(held, new($"the agent no longer knew its check {missing}"));
            return;
        }

        var id = held.Entry.Id;
        foreach (var obsolete in review.Obsolete.TakeWhile(_ => _held.Stands(held)))
        {
            await _link.Client.DeregisterCheckAsync(obsolete, cancellationToken);
            Log.CheckRemoved(_link.Logger, obsolete, id);
        }

        if (review.Stopped)
        {
            await _link.Client.SetMaintenanceAsync(id, enable: false, "", cancellationToken);
            Log.MaintenanceEnded(_link.Logger, held.Entry.Name, id);
        }

        var foreign = review.Foreign.Where(_named.Add).ToList();
        if (foreign.Count > 0)
            Log.ForeignChecks(_link.Logger, id, string.Join(", ", foreign), Removal(foreign[0]));
    }

    private string Removal(string check)
    {
        var (address, path) = (_link.Client.Address, $"/v1/agent/check/deregister/{Uri.EscapeDataString(check)}");
        return address.StartsWith("unix://", StringComparison.Ordinal)
            ? $"curl --unix-socket {address["unix://".Length..]} -X PUT http://localhost{path}"
            : $"curl -X PUT {address}{path}";
    }
}
