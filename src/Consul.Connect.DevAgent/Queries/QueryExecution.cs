using System.Globalization;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Catalog;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Queries;

/// <summary>What a prepared query finds now. It never blocks.</summary>
internal sealed class QueryExecution(CatalogReads reads)
{
    private readonly CachedReads _cached = new();

    public Task<AgentReply> Execute(AgentCall call, PreparedQuery query)
    {
        var limit = Limit(call);
        var isConnect = Connect(call) || query.Service.IsConnect;
        var name = Render(query, call.Value).Service;
        var table = reads.Current;
        var all = (isConnect ? table.Reaching(name) : table.Named(name)).Where(instance => Matches(instance, query.Service)).ToList();
        var visible = reads.Visible(all, call.Acl);
        var healthy = visible.Where(instance => IsHealthy(instance, query.Service, table)).ToArray();
        // So that callers who take the first spread over all.
        Random.Shared.Shuffle(healthy);
        var nodes = healthy.Take(limit > 0 ? limit : healthy.Length).Select(instance => (JsonNode)WithoutEmptyTags(HealthJson.Write(instance, table, reads.Node)));
        var json = new JsonObject
        {
            ["Service"] = name,
            ["Nodes"] = new JsonArray([.. nodes]),
            ["DNS"] = new JsonObject { ["TTL"] = query.DnsTtl },
            ["Datacenter"] = reads.Node.Datacenter,
            ["PeerName"] = "",
            ["Failovers"] = 0,
        };
        return Task.FromResult(Reply(call, json, visible.Count < all.Count));
    }

    public Task<AgentReply> Explain(AgentCall call, PreparedQuery query)
    {
        var json = new JsonObject { ["Query"] = QueryJson.Write(query with { Service = Render(query, call.Value) }) };
        return Task.FromResult(Reply(call, json, isFiltered: false));
    }

    private AgentReply Reply(AgentCall call, JsonObject json, bool isFiltered)
    {
        // Consul writes its own meta data of the answer into it.
        json.Add("Index", 1);
        json.Add("LastContact", 0);
        json.Add("KnownLeader", true);
        json.Add("ConsistencyLevel", call.Read.Consistency);
        json.Add("NotModified", false);
        json.Add("Backend", 0);
        json.Add("ResultsFilteredByACLs", isFiltered && call.Acl.AccessorId is not null);
        var reply = AgentReply.Json(json).WithReadHeaders(1, call.Read.Consistency).WithFiltered(call.Acl, isFiltered);
        return call.Read.Cached ? reply.WithCacheHeaders(_cached.Meet(call)) : reply;
    }

    private static int Limit(AgentCall call)
    {
        if (call.Parameter("limit") is not { Length: > 0 } text)
            return 0;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : throw AgentException.Internal($"Bad limit: strconv.Atoi: parsing \"{text}\": invalid syntax");
    }

    private static bool Connect(AgentCall call)
    {
        if (call.Parameter("connect") is not { Length: > 0 } text)
            return false;
        return CatalogReads.ParseBool(text) ?? throw AgentException.Internal($"Error parsing 'connect' value: strconv.ParseBool: parsing \"{text}\": invalid syntax");
    }

    private static QueryService Render(PreparedQuery query, string asked)
    {
        if (!query.IsTemplate)
            return query.Service;
        string Fill(string text) => text
            .Replace("${name.full}", asked, StringComparison.Ordinal)
            .Replace("${name.prefix}", query.Name, StringComparison.Ordinal)
            .Replace("${name.suffix}", asked[Math.Min(query.Name.Length, asked.Length)..], StringComparison.Ordinal);
        return query.Service with { Service = Fill(query.Service.Service), Tags = query.Service.Tags?.Select(Fill).ToArray() };
    }

    private bool Matches(ServiceInstance instance, QueryService service)
    {
        var tags = service.Tags ?? [];
        var meta = instance.Definition.Meta ?? new Dictionary<string, string>();
        return tags.All(tag => tag.StartsWith('!')
                ? !instance.Tags.Contains(tag[1..], StringComparer.OrdinalIgnoreCase)
                : instance.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase))
            && (service.ServiceMeta ?? new Dictionary<string, string>()).All(one => meta.TryGetValue(one.Key, out var value) && value == one.Value)
            && (service.NodeMeta ?? new Dictionary<string, string>()).All(one => reads.Node.Meta.TryGetValue(one.Key, out var value) && value == one.Value);
    }

    private static bool IsHealthy(ServiceInstance instance, QueryService service, CatalogTable table) => table.ChecksOf(instance)
        .Where(check => service.IgnoredChecks?.Contains(check.Id) != true)
        .All(check => check.Status == CheckStatus.Passing || (!service.IsPassingOnly && check.Status == CheckStatus.Warning));

    // This one answer of Consul's leaves out what is empty.
    private static JsonObject WithoutEmptyTags(JsonObject entry)
    {
        foreach (var (part, name) in entry["Checks"]!.AsArray().Select(check => (check, "ServiceTags")).Append((entry["Service"], "Tags")))
        {
            if (part![name] is JsonArray { Count: 0 })
                part[name] = null;
        }

        return entry;
    }
}
