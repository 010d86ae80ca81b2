using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>Follows the instances of a service in the catalog.</summary>
internal sealed class ServiceFollower : Follower
{
    private readonly Surroundings _around;
    private readonly UpstreamKey _key;
    private readonly HealthQuery _query;
    private readonly AgentWatch<HealthList> _watch;
    private readonly UpstreamReport _report;
    private readonly Settling _settling;
    private readonly ChainReport _chain;
    private readonly bool _waits;

    /// <param name="waits">Whether it may keep a connection waiting for changes; else it reads the agent's cache at a pace.</param>
    public ServiceFollower(UpstreamKey key, Surroundings around, bool waits)
        : base(around.Link!.Time)
    {
        (_key, _around, _waits) = (key, around, waits);
        _query = new(key.Name, key.Datacenter, key.Namespace, key.Partition);
        _report = new(key.ToString(), around.Link);
        _settling = new(around.Link.Time);
        _chain = new(_query, key.ToString(), around);
        _watch = new("health", FetchAsync, Accept, around.Link) { PollPace = waits ? null : Pace };
    }

    public override string? LastError => _watch.LastError;

    public override void Start() => _watch.Start();

    public override void DialFailed()
    {
        if (!_waits)
            _watch.AskAgain();
    }

    public override async ValueTask DisposeAsync()
    {
        await _chain.DisposeAsync();
        await _watch.DisposeAsync();
        await _settling.DisposeAsync();
    }

    protected override void Wanted() => _chain.Start();

    // With the loop's own jitter 5 to 10 s.
    private static TimeSpan Pace() => TimeSpan.FromSeconds(5.6 + (Random.Shared.NextDouble() * 3.4));

    private async Task<AgentAnswer<HealthList>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var answer = _waits ? await _around.Link!.Client.GetHealthAsync(_query, query, cancellationToken) : await FetchCachedAsync(cancellationToken);
            _settling.Answered();
            return answer;
        }
        catch (AgentException failure)
        {
            _settling.Failed();
            Explain(failure);
            throw;
        }
    }

    private async Task<AgentAnswer<HealthList>> FetchCachedAsync(CancellationToken cancellationToken)
    {
        using var turn = await _around.TakeTurnAsync(cancellationToken);
        // Without an index there is nothing to wait on, and the loop polls.
        return await _around.Link!.Client.GetCachedHealthAsync(_query, cancellationToken) with { Index = null };
    }

    private string? Accept(HealthList list)
    {
        var tally = new InstanceTally(Wording.OfService(_key.Name, _key.Datacenter), Wording.Rights(_key.Name), list.IsFiltered);
        var rules = new InstanceRules(_key.Name, _around.Namespace(_key.Namespace), _around.Partition(_key.Partition), _around.LocalDatacenter);
        var instances = InstanceList.Of(list, rules, _key.OnlyPassing, tally);
        _settling.Offer(Newest is { Instances.Count: > 0 } && instances.Count == 0, () =>
        {
            var (before, set) = (Newest, InstanceList.Renew(Newest, instances, tally.Problem()));
            Publish(set);
            _report.Tell(before, set, tally.Skipped, IsWanted);
        });
        _chain.AgentAnswers();
        return null;
    }
}
