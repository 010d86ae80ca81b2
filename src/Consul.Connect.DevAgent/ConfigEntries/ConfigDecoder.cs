using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>
/// Brings a document into the form its fields demand, as leniently as Consul: names in any case or with underscores, numbers for texts
/// and texts for numbers, one value for a list of one. What cannot be brought there, and what no field names, ends the call.
/// </summary>
internal sealed class ConfigDecoder
{
    private readonly List<string> _faults = [];
    private readonly List<string> _unknown = [];

    public static JsonObject Decode(JsonElement document, IReadOnlyList<ConfigField> fields)
    {
        var decoder = new ConfigDecoder();
        var decoded = decoder.Object(document, fields, "");
        if (decoder._faults.Count > 0)
            throw Refused($"{decoder._faults.Count} error(s) decoding:\n\n{string.Join('\n', decoder._faults.Order(StringComparer.Ordinal).Select(fault => "* " + fault))}");
        if (decoder._unknown.Count > 0)
            throw Refused(GoText.Errors(decoder._unknown));
        return decoded;
    }

    public static AgentException Refused(string text) => AgentException.BadRequest("Request decoding failed: " + text);

    /// <summary>What Go's decoder makes of a JSON value.</summary>
    public static string GoTypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "float64",
        _ => "bool",
    };

    private JsonObject Object(JsonElement value, IReadOnlyList<ConfigField> fields, string path)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1)
            value = value[0];
        var members = new Dictionary<ConfigField, JsonElement>();
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject())
            {
                var name = path == "" ? member.Name : $"{path}.{member.Name}";
                if (Named(fields, member.Name) is { } field)
                    members[field] = member.Value;
                else if (name is not ("CreateIndex" or "ModifyIndex" or "Hash" or "Kind" or "kind"))
                    _unknown.Add(Unknown(name));
            }
        else if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            _faults.Add($"'{path}' expected a map, got '{(value.ValueKind == JsonValueKind.Array ? "slice" : GoTypeOf(value))}'");

        var decoded = new JsonObject();
        foreach (var field in fields)
        {
            var given = members.GetValueOrDefault(field);
            if (Field(field, given, path == "" ? field.Name : $"{path}.{field.Name}") is { } node)
                decoded.Add(field.Name, node);
            else if (field.IsAlwaysWritten)
                decoded.Add(field.Name, Zero(field));
        }

        return decoded;
    }

    /// <summary>Null: the field is empty.</summary>
    private JsonNode? Field(ConfigField field, JsonElement value, string path)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return null;
        switch (field.Type)
        {
            case ConfigFieldType.Text:
                return Text(value, path) is { Length: > 0 } text ? text : null;
            case ConfigFieldType.Flag:
                return Flag(value, path) ? true : null;
            case ConfigFieldType.Number:
                return Number(value, path) is not 0 and var number ? number : null;
            case ConfigFieldType.Duration:
                return Duration(value, path) is not 0 and var nanoseconds ? nanoseconds : null;
            case ConfigFieldType.Texts:
                return List(Items(value).Select((item, i) => (JsonNode?)Text(item, $"{path}[{i}]")));
            case ConfigFieldType.Objects:
                return List(Items(value).Select((item, i) => (JsonNode?)Object(item, field.Members, $"{path}[{i}]")));
            case ConfigFieldType.Object:
                return Object(value, field.Members, path);
            case ConfigFieldType.TextMap or ConfigFieldType.Anything when value.ValueKind != JsonValueKind.Object:
                _faults.Add($"'{path}' expected a map, got '{(value.ValueKind == JsonValueKind.Array ? "slice" : GoTypeOf(value))}'");
                return null;
            case ConfigFieldType.TextMap:
                var map = Map(value, one => Text(one.Value, $"{path}[{one.Name}]"));
                return map.Count == 0 ? null : map;
            default:
                return Map(value, one => JsonNode.Parse(one.Value.GetRawText()));
        }
    }

    private string Text(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.Null => "",
        _ => Unconvertible(value, path, "string", ""),
    };

    private bool Flag(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean();
            case JsonValueKind.Number:
                return value.GetDouble() != 0;
            case JsonValueKind.String when value.GetString() is "1" or "t" or "T" or "true" or "TRUE" or "True":
                return true;
            case JsonValueKind.String when value.GetString() is "" or "0" or "f" or "F" or "false" or "FALSE" or "False":
                return false;
            case JsonValueKind.String:
                _faults.Add($"cannot parse '{path}' as bool: strconv.ParseBool: parsing {GoText.Quote(value.GetString()!)}: invalid syntax");
                return false;
            default:
                return Unconvertible(value, path, "bool", false);
        }
    }

    private long Number(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return value.TryGetInt64(out var number) ? number : (long)value.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean() ? 1 : 0;
            case JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed):
                return parsed;
            case JsonValueKind.String:
                _faults.Add($"cannot parse '{path}' as int: strconv.ParseInt: parsing {GoText.Quote(value.GetString()!)}: invalid syntax");
                return 0;
            default:
                return Unconvertible(value, path, "int", 0);
        }
    }

    private long Duration(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
            return Number(value, path);
        if (GoDuration.TryParse(value.GetString()!, out var duration))
            return duration.Ticks * 100;
        _faults.Add($"error decoding '{path}': time: invalid duration {GoText.Quote(value.GetString()!)}");
        return 0;
    }

    private T Unconvertible<T>(JsonElement value, string path, string type, T zero)
    {
        _faults.Add($"'{path}' expected type '{type}', got unconvertible type '{GoTypeOf(value)}'");
        return zero;
    }

    private static IEnumerable<JsonElement> Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray(),
        JsonValueKind.Object when !value.EnumerateObject().Any() => [],
        _ => [value],
    };

    private static JsonArray? List(IEnumerable<JsonNode?> items) => new JsonArray([.. items]) is { Count: > 0 } list ? list : null;

    private static JsonObject Map(JsonElement value, Func<JsonProperty, JsonNode?> convert)
    {
        var map = new JsonObject();
        foreach (var member in value.EnumerateObject().OrderBy(one => one.Name, StringComparer.Ordinal))
            map[member.Name] = convert(member);
        return map;
    }

    private JsonNode? Zero(ConfigField field) => field.Type switch
    {
        ConfigFieldType.Text => "",
        ConfigFieldType.Flag => false,
        ConfigFieldType.Number => 0,
        ConfigFieldType.Object => Object(default, field.Members, field.Name),
        _ => null,
    };

    private static ConfigField? Named(IReadOnlyList<ConfigField> fields, string name)
    {
        var plain = name.Replace("_", "", StringComparison.Ordinal);
        return fields.FirstOrDefault(field => string.Equals(field.Name, plain, StringComparison.OrdinalIgnoreCase));
    }

    private static string Unknown(string name) =>
        name.EndsWith("namespace", StringComparison.OrdinalIgnoreCase) ? $"invalid config key {GoText.Quote(name)}, namespaces are a consul enterprise feature"
        : name.Contains("jwt", StringComparison.OrdinalIgnoreCase) ? $"invalid config key {GoText.Quote(name)}, api-gateway jwt validation is a consul enterprise feature"
        : $"invalid config key {GoText.Quote(name)}";
}
