using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

// What the test makes it say.
public sealed partial class ScriptedAgent
{
    private readonly ScriptedTopic _roots = new(null, 1);
    private readonly ScriptedTopic _intentions = new("[]", 1);
    private readonly ConcurrentDictionary<string, ScriptedTopic> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _matches = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Path, string Header), string?> _headers = new();
    private volatile IReadOnlyList<ScriptedIntention> _table = [];
    private volatile Func<string, string, (bool Authorized, string Reason)?> _authorize = (_, _) => null;
    private volatile string? _self;
    private ulong _index = 8;

    /// <summary>The only token that has rights; null: ACLs are off.</summary>
    public string? Token { get; set; }

    /// <summary>What holds for callers that no intention names.</summary>
    public bool AllowsByDefault { get; set; } = true;

    /// <summary>What is registered, by id, in the form of <c>/v1/agent/service/:id</c>.</summary>
    public IReadOnlyDictionary<string, JsonNode> Services =>
        _services.Select(one => (one.Key, one.Value.Read().Content)).Where(one => one.Content is not null).ToDictionary(one => one.Key, one => JsonNode.Parse(one.Content!)!);

    /// <summary>The whole table of intentions. Wakes who waits for it.</summary>
    public void SetIntentions(params ScriptedIntention[] intentions)
    {
        var index = NextIndex();
        _matches.Clear();
        _table = [.. intentions.OrderByDescending(one => one.Precedence)];
        _intentions.Set(new JsonArray([.. _table.Select(one => one.ToJson(index))]).ToJsonString(), index);
    }

    /// <summary>The value of <c>match</c> for one destination, as JSON, such as a recorded one. Wakes who waits for intentions.</summary>
    public void SetMatch(string destination, string json)
    {
        _matches[destination] = json;
        _intentions.Set(_intentions.Read().Content, NextIndex());
    }

    /// <summary>Wakes who waits for intentions, though nothing changed.</summary>
    public void WakeIntentions() => _intentions.Set(_intentions.Read().Content, NextIndex());

    /// <summary>Decides <c>authorize</c> from target and URI; null where the intentions shall.</summary>
    public void SetAuthorize(Func<string, string, (bool Authorized, string Reason)?> decide) => _authorize = decide;

    /// <summary>How long the token of whoever asks lives; null: ACLs are off.</summary>
    public (DateTimeOffset Created, DateTimeOffset Expires)? TokenLife { get; set; }

    /// <summary>The body of <c>/v1/agent/self</c>.</summary>
    public void SetSelf(string json) => _self = json;

    /// <summary>A header of every good answer under a path; null takes it away. <c>X-Consul-Index</c> and <c>Age</c> are the interesting ones.</summary>
    public void SetHeader(string path, string name, string? value) => _headers[(path, name)] = value;

    /// <summary>The agent was restarted: indexes are small again, which no waiting caller notices, and no service is registered.</summary>
    public void Restart()
    {
        _index = 8;
        foreach (var topic in (ScriptedTopic[])[_roots, _intentions, .. _leaves.Values])
            topic.Renumber(NextIndex());
        foreach (var topic in _services.Values)
            topic.Set(null, NextIndex());
        _checks.Clear();
    }

    private ScriptedTopic ServiceTopic(string id) => _services.GetOrAdd(id, _ => new ScriptedTopic(null, 1));

    private ulong NextIndex() => Interlocked.Increment(ref _index);

    private JsonNode? MatchOf(string destination)
    {
        if (_matches.TryGetValue(destination, out var json))
            return JsonNode.Parse(json);
        var index = _intentions.Read().Index;
        JsonNode[] found = [.. _table.Where(one => one.IsFor(destination)).Select(one => one.ToJson(index))];
        return found.Length == 0 ? null : new JsonArray(found);
    }

    // Intentions of a community agent are all of the namespace default, wildcards included.
    private (bool Authorized, string Reason) Decide(string space, string source, string target)
    {
        var first = space == "default" ? _table.FirstOrDefault(one => one.Names(source, target)) : null;
        if (first is null)
            return (AllowsByDefault, "Default behavior configured by ACLs");
        var kind = first.Permissions is null ? $"L4 intention: default/{first.Source} => default/{first.Destination} (Precedence: {first.Precedence}, Action: {first.Action?.ToUpperInvariant()})" : "L7 intention";
        return (first.Permissions is null && first.Action == "allow", $"Matched {kind}");
    }

    private string Self() => _self ?? JsonSerializer.Serialize(new
    {
        Config = new { Datacenter = "dc1", PrimaryDatacenter = "dc1", NodeName = "scripted", NodeID = Guid.Empty, Server = true, Version = "1.21.4" },
        DebugConfig = new
        {
            ACLResolverSettings = new { ACLDefaultPolicy = AllowsByDefault ? "allow" : "deny", ACLsEnabled = Token is not null || !AllowsByDefault },
            ConnectEnabled = true,
            DefaultIntentionPolicy = "",
        },
        Member = new { Name = "scripted", Addr = "127.0.0.1" },
    });

    private ScriptedAnswer Adorn(string path, ScriptedAnswer answer)
    {
        if (answer.Status != 200)
            return answer;
        var headers = new Dictionary<string, string>(answer.Headers, StringComparer.OrdinalIgnoreCase) { ["X-Consul-Default-Acl-Policy"] = AllowsByDefault ? "allow" : "deny" };
        if (path.StartsWith("/v1/agent/connect/", StringComparison.Ordinal))
            headers["X-Cache"] = "MISS";
        foreach (var ((start, name), value) in _headers)
        {
            if (!path.StartsWith(start, StringComparison.Ordinal))
                continue;
            if (value is null)
                headers.Remove(name);
            else
                headers[name] = value;
        }

        return answer with { Headers = headers };
    }
}
