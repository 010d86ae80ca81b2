using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Reference;

/// <summary>Intentions as a match answer holds them, and what a later Consul might add to it.</summary>
internal static class ConsulJson
{
    public static JsonArray Write(IEnumerable<Intention> intentions) => [.. intentions.Select(Write)];

    public static IReadOnlyList<Intention> Read(JsonArray intentions) =>
        IntentionAnswers.Match(Encoding.UTF8.GetBytes(new JsonObject { [GeneratedRules.Service] = intentions.DeepClone() }.ToJsonString()), GeneratedRules.Service).Intentions;

    /// <summary>Every object of an answer: intentions, permissions, conditions.</summary>
    public static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(member => Objects(member.Value)).Prepend(found),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    private static JsonNode Write(Intention intention) => new JsonObject
    {
        ["SourceType"] = intention.SourceType,
        ["SourcePartition"] = intention.SourcePartition,
        ["SourceNS"] = intention.SourceNamespace,
        ["SourceName"] = intention.SourceName,
        ["SourcePeer"] = intention.SourcePeer,
        ["DestinationNS"] = intention.DestinationNamespace,
        ["DestinationName"] = intention.DestinationName,
        ["Action"] = intention.Action,
        ["Permissions"] = new JsonArray([.. intention.Permissions.Select(Write)]),
        ["JWT"] = Jwt(intention.RequiresJwt),
        ["Precedence"] = intention.Precedence,
    };

    private static JsonNode Write(Permission permission) => new JsonObject
    {
        ["Action"] = permission.Action,
        ["HTTP"] = permission.Http is not { } http ? null : new JsonObject
        {
            ["PathExact"] = http.PathExact,
            ["PathPrefix"] = http.PathPrefix,
            ["PathRegex"] = http.PathRegex,
            ["Methods"] = new JsonArray([.. http.Methods.Select(method => JsonValue.Create(method))]),
            ["Header"] = new JsonArray([.. http.Headers.Select(Write)]),
        },
        ["JWT"] = Jwt(permission.RequiresJwt),
    };

    private static JsonNode Write(HeaderCondition header) => new JsonObject
    {
        ["Name"] = header.Name,
        ["Present"] = header.Present,
        ["Exact"] = header.Exact,
        ["Prefix"] = header.Prefix,
        ["Suffix"] = header.Suffix,
        ["Contains"] = header.Contains,
        ["Regex"] = header.Regex,
        ["Invert"] = header.Invert,
        ["IgnoreCase"] = header.IgnoreCase,
    };

    private static JsonObject? Jwt(bool isRequired) => isRequired ? new() { ["Providers"] = new JsonArray() } : null;
}
