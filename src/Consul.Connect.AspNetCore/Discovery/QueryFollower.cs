using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>Follows what a prepared query answers. Queries never wait for a change, so it is executed again and again.</summary>
internal sealed class QueryFollower : Follower
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    /// <summary>With the loop's jitter less than a second: who has just created the query does not wait for long.</summary>
    private static readonly TimeSpan PaceWhileMissing = TimeSpan.FromMilliseconds(800);

    // A failed dial is worth a call, but not each of many.
    private static readonly WatchPace Limits = new() { Floor = TimeSpan.FromMilliseconds(500), Poll = Pace };

    private readonly Surroundings _around;
    private readonly UpstreamKey _key;
    private readonly AgentWatch<Found> _watch;
    private readonly UpstreamReport _report;
    private volatile bool _missing;

    public QueryFollower(UpstreamKey key, Surroundings around)
        : base(around.Link!.Time)
    {
        (_key, _around) = (key, around);
        _report = new(key.ToString(), around.Link);
        _watch = new("query", ExecuteAsync, Accept, around.Link, Limits) { PollPace = () => _missing ? PaceWhileMissing : Pace };
    }

    public override string? LastError => _watch.LastError;

    public override void Start() => _watch.Start();

    public override void DialFailed() => _watch.AskAgain();

    public override ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<AgentAnswer<Found>> ExecuteAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await _around.TakeTurnAsync(cancellationToken);
            var answer = await _around.Link!.Client.ExecuteQueryAsync(_key.Name, _key.Datacenter, cancellationToken);
            _missing = false;
            return new(new(answer.Value), null, null, answer.Age, answer.Fingerprint);
        }
        catch (AgentException missing) when (missing.Fault == AgentFault.Missing)
        {
            // An answer like another, of which nothing is to be kept.
            _missing = true;
            return new(new(null), null, null, TimeSpan.Zero, "missing");
        }
        catch (AgentException failure)
        {
            Explain(failure);
            throw;
        }
    }

    private string? Accept(Found found)
    {
        var before = Newest;
        if (found.Answer is not { } answer)
        {
            Publish(InstanceList.Renew(before, [], Wording.NoQuery(_key.Name)));
            _report.Tell(before, Newest!, null, IsWanted);
            return null;
        }

        var tally = new InstanceTally(Wording.OfQuery(_key.Name, answer.Service, answer.Datacenter), Wording.Rights(answer.Service), answer.List.IsFiltered);
        var rules = new InstanceRules(answer.Service, _around.Namespace(""), _around.Partition(""), _around.LocalDatacenter);
        var instances = InstanceList.Of(answer.List, rules, _key.OnlyPassing, tally);
        Publish(InstanceList.Renew(before, instances, tally.Problem()));
        _report.TellPlace(answer.Datacenter, answer.Failovers);
        _report.Tell(before, Newest!, tally.Skipped, IsWanted);
        return null;
    }

    /// <param name="Answer">Null: there is no such query.</param>
    private sealed record Found(QueryAnswer? Answer);
}
