using ConsulConnect.DevAgent.Catalog;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>Keeps a runner for each check of the catalog, and removes services that stayed critical for too long.</summary>
internal sealed class CheckMonitor : IAsyncDisposable
{
    private static readonly TimeSpan ShortestCriticalTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PublicationDelay = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly AgentCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, CheckRunner> _runners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _removals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _publications = new(StringComparer.Ordinal);
    private readonly List<Task> _retired = [];
    private bool _isStopped;

    public CheckMonitor(AgentCatalog catalog, TimeProvider clock)
    {
        (_catalog, _clock) = (catalog, clock);
        catalog.Changed = Follow;
        Follow();
    }

    /// <summary>The service says how its TTL check is. False: there is no such check.</summary>
    public bool Beat(string checkId, string status, string output)
    {
        TtlCheck? check;
        lock (_gate)
            check = _runners.GetValueOrDefault(checkId) as TtlCheck;
        check?.Beat(status, CheckOutput.Shorten(output, check.Definition.OutputMaxSize));
        return check is not null;
    }

    public async ValueTask DisposeAsync()
    {
        List<IAsyncDisposable> all;
        lock (_gate)
        {
            _isStopped = true;
            all = [.. _runners.Values, .. _removals.Values, .. _publications.Values];
            _runners.Clear();
        }

        foreach (var one in all)
            await one.DisposeAsync();
        await Task.WhenAll(_retired);
    }

    /// <summary>Brings runners and timers in line with the catalog.</summary>
    private void Follow()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            _retired.RemoveAll(task => task.IsCompleted);
            var checks = _catalog.Current.Checks;
            foreach (var id in _runners.Keys.Where(id => !ReferenceEquals(checks.GetValueOrDefault(id)?.Definition, _runners[id].Definition)).ToList())
            {
                // A probe under way ends by itself.
                _retired.Add(_runners[id].DisposeAsync().AsTask());
                _runners.Remove(id);
            }

            foreach (var check in checks.Values)
            {
                if (!_runners.ContainsKey(check.Id) && Start(check) is { } runner)
                    _runners.Add(check.Id, runner);
            }

            Arm(_removals, check => check.ServiceId != "" && check.Definition.DeregisterAfter > TimeSpan.Zero && check.Status == CheckStatus.Critical, TimeUntilRemoval, RemoveServiceOf);
            Arm(_publications, check => check.Output != check.PublishedOutput, _ => PublicationDelay, Publish);
        }
    }

    private CheckRunner? Start(HealthCheck check)
    {
        var definition = check.Definition;
        void Report(string status, string output) => _catalog.Report(check.Id, definition, status, output);
        return definition.Kind switch
        {
            CheckKind.Ttl when definition.Ttl > TimeSpan.Zero => new TtlCheck(definition, Report, _clock),
            CheckKind.Http when Loopback.IsTarget(definition) => new PeriodicCheck(definition, cancel => HttpProbe.AskAsync(definition, cancel), Report, _clock),
            CheckKind.Tcp when Loopback.IsTarget(definition) => new PeriodicCheck(definition, cancel => TcpProbe.AskAsync(definition, cancel), Report, _clock),
            _ => null,
        };
    }

    private static TimeSpan TimeUntilRemoval(HealthCheck check) =>
        check.Definition.DeregisterAfter < ShortestCriticalTime ? ShortestCriticalTime : check.Definition.DeregisterAfter;

    private void Arm(Dictionary<string, ITimer> timers, Func<HealthCheck, bool> isDue, Func<HealthCheck, TimeSpan> delay, Action<string> fire)
    {
        var checks = _catalog.Current.Checks;
        foreach (var id in timers.Keys.Where(id => !checks.TryGetValue(id, out var check) || !isDue(check)).ToList())
        {
            timers[id].Dispose();
            timers.Remove(id);
        }

        foreach (var check in checks.Values.Where(check => isDue(check) && !timers.ContainsKey(check.Id)))
            timers.Add(check.Id, _clock.CreateTimer(_ => fire(check.Id), null, delay(check), Timeout.InfiniteTimeSpan));
    }

    private void RemoveServiceOf(string checkId) => _catalog.Edit(edit =>
    {
        if (edit.Checks.TryGetValue(checkId, out var check) && check.Status == CheckStatus.Critical)
            edit.RemoveService(check.ServiceId);
    });

    private void Publish(string checkId) => _catalog.Edit(edit =>
    {
        if (edit.Checks.TryGetValue(checkId, out var check))
            edit.Put(check with { PublishedOutput = check.Output });
    });
}
