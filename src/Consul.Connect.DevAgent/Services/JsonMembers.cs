using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Services;

/// <summary>Members that Consul leaves out when they are empty.</summary>
internal static class JsonMembers
{
    public static void AddText(this JsonObject json, string name, string value)
    {
        if (value != "")
            json.Add(name, value);
    }

    public static JsonArray ToJson(this IReadOnlyList<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    /// <summary>Sorted by key, as Go writes maps.</summary>
    public static JsonObject ToJson(this IReadOnlyDictionary<string, string> values) =>
        new(values.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));

    public static JsonObject ToJson(this IReadOnlyDictionary<string, ServiceAddress> addresses) =>
        new(addresses.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one =>
            KeyValuePair.Create(one.Key, (JsonNode?)new JsonObject { ["Address"] = one.Value.Address, ["Port"] = one.Value.Port })));

    public static JsonObject ToJson(this ServiceWeights weights) => new() { ["Passing"] = weights.Passing, ["Warning"] = weights.Warning };
}
