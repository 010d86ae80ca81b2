using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

// Whom it knows in the catalog.
public sealed partial class ScriptedAgent
{
    private const string HealthPath = "/v1/health/connect/";
    private const string ChainPath = "/v1/discovery-chain/";
    private const string QueryPath = "/v1/query/";
    private const string Execution = "/execute";

    private readonly ConcurrentDictionary<string, ScriptedTopic> _health = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _chains = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _queries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The instances of a service. Wakes who waits for them.</summary>
    public void SetHealth(string service, params ScriptedInstance[] instances) =>
        SetHealth(service, new JsonArray([.. instances.Select(one => one.ToJson(service))]).ToJsonString());

    /// <summary>The same, as JSON, or as anything else.</summary>
    public void SetHealth(string service, string body) => HealthTopic(service).Set(body, NextIndex());

    /// <summary>The index of a service's instances becomes this one, and who waits is answered.</summary>
    public void RenumberHealth(string service, ulong index) => HealthTopic(service).Set(HealthTopic(service).Read().Content, index);

    /// <summary>What a prepared query finds.</summary>
    public void SetQuery(string query, string service, string datacenter, int failovers, params ScriptedInstance[] instances) =>
        SetQuery(query, new JsonObject
        {
            ["Service"] = service,
            ["Nodes"] = new JsonArray([.. instances.Select(one => one.ToJson(service))]),
            ["DNS"] = new JsonObject { ["TTL"] = "" },
            ["Datacenter"] = datacenter,
            ["Failovers"] = failovers,
        }.ToJsonString());

    /// <summary>The same, as JSON; null: there is no such query.</summary>
    public void SetQuery(string query, string? body)
    {
        if (body is null)
            _queries.TryRemove(query, out _);
        else
            _queries[query] = body;
    }

    /// <summary>A service's discovery chain, as JSON. Without one this is an agent that knows of none.</summary>
    public void SetChain(string service, string body) => _chains[service] = body;

    private static string? QueryOf(string path) =>
        path.StartsWith(QueryPath, StringComparison.Ordinal) && path.EndsWith(Execution, StringComparison.Ordinal) ? path[QueryPath.Length..^Execution.Length] : null;

    private ScriptedTopic HealthTopic(string service) => _health.GetOrAdd(service, _ => new("[]", NextIndex()));

    private ScriptedAnswer Chain(string service) => _chains.TryGetValue(service, out var body) ? ScriptedAnswer.Json(body) : new(404, "Invalid URL path: not a recognized HTTP API endpoint");

    private ScriptedAnswer Execute(string query) => _queries.TryGetValue(query, out var body) ? ScriptedAnswer.Json(body) : new(404, "Query not found");
}
