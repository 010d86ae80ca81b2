using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What holds for a service, and whether one may call another.</summary>
internal sealed class IntentionMatchEndpoints(AgentCore core, ConfigStore store) : IEndpoints
{
    private readonly CachedReads _cached = new();

    public void Map(RouteTable routes)
    {
        routes.Get("/v1/connect/intentions/match", MatchAsync);
        routes.Get("/v1/connect/intentions/check", CheckAsync);
    }

    private async Task<AgentReply> MatchAsync(AgentCall call)
    {
        call.UnknownTokenHasReadHeaders = true;
        _ = call.Read;
        if (call.Query["by"] is not [{ } by])
            throw AgentException.Internal("required query parameter 'by' not set");
        if (by is not ("source" or "destination"))
            throw AgentException.Internal("'by' parameter must be one of 'source' or 'destination'");
        if (call.Query["name"] is not { Count: > 0 } names)
            throw AgentException.Internal("required query parameter 'name' not set");
        var targets = names.Select(name => (Key: name ?? "", Target: IntentionTarget.Parse("name", name ?? ""))).ToList();
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        foreach (var (_, target) in targets)
            target.RefuseEnterprise("match entry namespace", "match entry partition", hasReadHeaders: true);
        foreach (var (_, target) in targets)
            if (target.Name != "" && !acl.CanReadIntentions(target.Name))
                throw acl.Lacks("intention:read", target.Name, hasReadHeaders: true);

        string[] topics = by == "source" ? [Topics.Intentions] : [.. targets.SelectMany(one => ConfigTopics.IntentionsOf(one.Target.Name)).Distinct()];
        var waiting = store.WaitAsync(call, topics);
        var hasWaited = !waiting.IsCompleted;
        var index = await waiting;
        var table = store.Current;
        var answer = new JsonObject();
        foreach (var (key, target) in targets.DistinctBy(one => one.Key).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var matches = by == "source" ? IntentionMatcher.BySource(table, target.Name) : IntentionMatcher.ByDestination(table, target.Name);
            answer.Add(key, matches.Count == 0 ? null : new JsonArray([.. matches.Select(one => one.ToJson())]));
        }

        var reply = AgentReply.Json(answer).WithReadHeaders(index, call.Read.Consistency);
        return call.Read.Cached ? reply.WithCacheHeaders(_cached.Meet(call) && !hasWaited) : reply;
    }

    private Task<AgentReply> CheckAsync(AgentCall call)
    {
        _ = call.Read;
        var type = call.Parameter("source-type") ?? "consul";
        var (source, destination) = IntentionQuery.Pair(call);
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        source.RefuseEnterprise("source namespace", "source partition");
        destination.RefuseEnterprise("destination namespace", "destination partition");
        if (type != "consul")
            throw AgentException.Internal($"unsupported SourceType: {GoText.Quote(type)}");
        if (destination.Name != "")
            acl.Demand(acl.CanReadService(destination.Name), "service:read", destination.Name);
        // Consul asks the ACLs here and not its default_intention_policy, so the two can contradict authorize.
        var isAllowed = core.Intentions.Match("default", source.Name, destination.Name)?.Allowed ?? (!core.Acl.IsEnabled || acl.AllowsIntentionsByDefault);
        return Task.FromResult(AgentReply.Json(new JsonObject { ["Allowed"] = isAllowed }));
    }
}
