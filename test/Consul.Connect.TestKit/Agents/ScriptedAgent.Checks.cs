using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.TestKit;

// The checks of what is registered; the agent runs none of them.
public sealed partial class ScriptedAgent
{
    private const string ChecksPath = "/v1/agent/checks";
    private const string UpdatePath = "/v1/agent/check/update/";
    private const string RemovePath = "/v1/agent/check/deregister/";

    private readonly ConcurrentDictionary<string, JsonObject> _checks = new(StringComparer.Ordinal);

    /// <summary>The checks, by id, in the form of <c>/v1/agent/checks</c>.</summary>
    public IReadOnlyDictionary<string, JsonObject> KnownChecks => _checks;

    // A check that is there keeps its status.
    private void AddChecks(string service, JsonObject body)
    {
        foreach (var check in (body["Checks"]?.AsArray() ?? []).OfType<JsonObject>())
        {
            var id = check["CheckID"]!.GetValue<string>();
            var status = _checks.TryGetValue(id, out var known) ? known["Status"] : check["Status"];
            _checks[id] = new()
            {
                ["CheckID"] = id,
                ["ServiceID"] = service,
                ["Status"] = status?.DeepClone() ?? "critical",
                ["Notes"] = check["Notes"]?.DeepClone() ?? "",
                ["Type"] = check["TTL"] is null ? "" : "ttl",
            };
        }
    }

    private void RemoveChecks(string service)
    {
        foreach (var check in _checks.Where(one => one.Value["ServiceID"]!.GetValue<string>() == service))
            _checks.TryRemove(check);
    }

    private ScriptedAnswer ListChecks() => ScriptedAnswer.Json(new JsonObject(_checks.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.DeepClone()))).ToJsonString());

    private ScriptedAnswer UpdateCheck(string id, JsonObject? body)
    {
        if (!_checks.TryGetValue(id, out var known) || known["Type"]!.GetValue<string>() != "ttl")
            return new(404, $"Unknown check ID \"{id}\". Ensure that the check ID is passed, not the check name.");
        var updated = known.DeepClone().AsObject();
        (updated["Status"], updated["Output"]) = (body?["Status"]?.DeepClone(), body?["Output"]?.DeepClone());
        _checks[id] = updated;
        return ScriptedAnswer.Empty;
    }

    private ScriptedAnswer RemoveCheck(string id) => _checks.TryRemove(id, out _) ? ScriptedAnswer.Empty : new(404, $"Unknown check ID \"{id}\".");

    private async Task<ScriptedAnswer?> AnswerAboutChecksAsync(HttpRequest request, string path) => (request.Method, path) switch
    {
        ("GET", ChecksPath) => ListChecks(),
        ("PUT", _) when path.StartsWith(UpdatePath, StringComparison.Ordinal) => UpdateCheck(path[UpdatePath.Length..], await ReadAsync(request)),
        ("PUT", _) when path.StartsWith(RemovePath, StringComparison.Ordinal) => RemoveCheck(path[RemovePath.Length..]),
        _ => null,
    };
}
