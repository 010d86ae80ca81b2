using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Builds objects member by member, leaving out what Go's omitempty leaves out.</summary>
internal static class JsonMembers
{
    public static JsonObject With(this JsonObject target, string name, JsonNode? value)
    {
        target.Add(name, value);
        return target;
    }

    public static JsonObject WithText(this JsonObject target, string name, string? value) => string.IsNullOrEmpty(value) ? target : target.With(name, value);

    public static JsonObject WithFlag(this JsonObject target, string name, bool value) => value ? target.With(name, true) : target;

    public static JsonObject WithArray(this JsonObject target, string name, IReadOnlyCollection<JsonNode> values) =>
        values.Count == 0 ? target : target.With(name, new JsonArray([.. values]));

    public static JsonObject WithMap(this JsonObject target, string name, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
            return target;
        var map = new JsonObject();
        foreach (var (key, value) in values.OrderBy(one => one.Key, StringComparer.Ordinal))
            map.Add(key, value);
        return target.With(name, map);
    }

    /// <summary>Of a decoded document, where a missing text is an empty one.</summary>
    public static string Text(this JsonObject source, string name) => source[name]?.GetValue<string>() ?? "";

    public static bool Flag(this JsonObject source, string name) => source[name]?.GetValue<bool>() ?? false;

    public static IEnumerable<JsonObject> Objects(this JsonObject source, string name) => source[name] is JsonArray values ? values.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonObject source, string name) => source[name] is JsonArray values ? values.Select(value => value!.GetValue<string>()) : [];

    public static IEnumerable<KeyValuePair<string, string>> Map(this JsonObject source, string name) =>
        source[name] is JsonObject map ? map.Select(one => KeyValuePair.Create(one.Key, one.Value!.GetValue<string>())) : [];
}
