using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>Reports the app's health to the TTL checks, at a third of the shortest TTL and at once after every registration.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    /// <summary>For an entry without a TTL check, whose next change is waited for.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(10);

    private readonly AgentLink _link;
    private readonly HeldEntry _held;
    private readonly PresentReadiness _readiness;
    private readonly AgentWatch<ReadinessReport> _watch;
    private Held? _told;
    private ReadinessReport? _unsent;
    private long _toldAt;
    private ulong _turns;

    public Heartbeat(AgentLink link, HeldEntry held, PresentReadiness readiness)
    {
        (_link, _held, _readiness) = (link, held, readiness);
        // What is missing is registered by another loop, for which the next turn waits.
        _watch = new("heartbeat", BeatAsync, _ => null, link) { WhenMissing = _ => Task.CompletedTask };
    }

    public WatchState State => _watch.State;

    public void Start() => _watch.Start();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<ReadinessReport>> BeatAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        var (held, interval) = await DueAsync(afterFailure: query.Index == 0, cancellationToken);
        // What the agent could not be told is told again, and made again only when it is as old as the next one would be.
        if (_unsent is null || held != _told || _link.Time.GetElapsedTime(_toldAt) >= interval)
        {
            // From here, so that a report that takes its time does not make the next one late.
            (_told, _toldAt, _unsent) = (held, _link.Time.GetTimestamp(), null);
            _unsent = await _readiness.AskAsync(interval, cancellationToken);
        }

        var report = _unsent;
        AgentException? missing = null;
        foreach (var check in held.Entry.Checks.Where(check => check.Definition.Ttl is not null))
        {
            try
            {
                await _link.Client.UpdateCheckAsync(check.Id, report.Status, report.Output, cancellationToken);
            }
            catch (AgentException unknown) when (unknown.Fault == AgentFault.Missing)
            {
                missing = unknown;
                _held.Doubt(held, new($"the agent no longer knew its check {check.Id}"));
            }
        }

        if (missing is not null)
            throw missing;
        _unsent = null;
        return new(report, ++_turns, null, TimeSpan.Zero, $"{_turns}");
    }

    private async Task<(Held Held, TimeSpan Interval)> DueAsync(bool afterFailure, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _held.Changed;
            var held = await _held.WaitAsync(cancellationToken);
            var interval = CatalogEntry.ShortestTtl(held.Entry) / 3;
            var left = interval - _link.Time.GetElapsedTime(_toldAt);
            if (interval is { } known && (afterFailure || held != _told || left <= TimeSpan.Zero))
                return (held, known);
            await _held.WaitAsync(changed, left ?? Seldom, cancellationToken);
        }
    }
}
