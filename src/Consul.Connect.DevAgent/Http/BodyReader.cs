using System.Text.Json;

namespace ConsulConnect.DevAgent.Http;

/// <summary>
/// Reads a JSON object as Go decodes a struct: member names in any case, unknown members refused, a missing member and null are the
/// zero value. Take each member, then call <see cref="End"/>. A fault ends the call with 400 and Go's message.
/// </summary>
internal sealed class BodyReader
{
    private readonly Dictionary<string, (string Name, JsonElement Value)> _members = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _prefix;
    private readonly string _type;

    private BodyReader(JsonElement element, string prefix, string type = "")
    {
        (_prefix, _type) = (prefix, type);
        // The last one wins, as in Go.
        foreach (var member in element.EnumerateObject())
            _members[member.Name] = (member.Name, member.Value);
    }

    public static BodyReader Parse(ReadOnlyMemory<byte> body, string prefix, string type)
    {
        var element = GoJsonReader.Read(body, prefix);
        return element.ValueKind switch
        {
            JsonValueKind.Object => new(element, prefix, NameOf(type)),
            // Go leaves the struct as it is.
            JsonValueKind.Null => new(JsonElement.Parse("{}"), prefix),
            _ => throw AgentException.BadRequest($"{prefix}json: cannot unmarshal {GoJsonReader.KindOf(element)} into Go value of type {type}"),
        };
    }

    /// <summary>There is something left to take.</summary>
    public bool HasAny => _members.Count > 0;

    public bool Has(string name) => _members.TryGetValue(name, out var member) && member.Value.ValueKind != JsonValueKind.Null;

    /// <summary>The member as it is; undefined when it is missing or null.</summary>
    public JsonElement Raw(string name) => _members.Remove(name, out var member) && member.Value.ValueKind != JsonValueKind.Null ? member.Value : default;

    public string String(string name) => Take(name, JsonValueKind.String, "string") is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    public bool Bool(string name) => Raw(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False or JsonValueKind.Undefined } => false,
        var other => throw Mismatch(name, other, "bool"),
    };

    public int Int(string name) => Take(name, JsonValueKind.Number, "int") is { ValueKind: JsonValueKind.Number } value
        ? value.TryGetInt32(out var number) ? number : throw AgentException.BadRequest($"{_prefix}json: cannot unmarshal number {value.GetRawText()} into Go struct field {_type}.{name} of type int")
        : 0;

    /// <summary>A duration as text with a unit, or as nanoseconds.</summary>
    public TimeSpan Duration(string name) => Raw(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => TimeSpan.Zero,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100),
        { ValueKind: JsonValueKind.String } value when value.GetString() == "" => TimeSpan.Zero,
        { ValueKind: JsonValueKind.String } value => GoDuration.TryParse(value.GetString()!, out var duration)
            ? duration
            : throw AgentException.BadRequest($"{_prefix}time: {GoDuration.FaultOf(value.GetString()!)} \"{value.GetString()}\""),
        var other => throw Mismatch(name, other, "time.Duration"),
    };

    /// <summary>Null: the member is missing.</summary>
    public IReadOnlyList<string>? Strings(string name) => Take(name, JsonValueKind.Array, "[]string") is { ValueKind: JsonValueKind.Array } value
        ? [.. value.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : throw Mismatch(name, one, "string"))]
        : null;

    /// <summary>Null: the member is missing.</summary>
    public IReadOnlyDictionary<string, string>? StringMap(string name) => Take(name, JsonValueKind.Object, "map[string]string") is { ValueKind: JsonValueKind.Object } value
        ? value.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.ValueKind == JsonValueKind.String ? one.Value.GetString()! : throw Mismatch(name, one.Value, "string"))
        : null;

    /// <summary>A nested object, to be ended as well; null: the member is missing.</summary>
    public BodyReader? Object(string name) => Take(name, JsonValueKind.Object, "struct") is { ValueKind: JsonValueKind.Object } value ? new(value, _prefix) : null;

    /// <summary>Null: the member is missing.</summary>
    public IReadOnlyList<BodyReader>? Objects(string name) => Take(name, JsonValueKind.Array, "slice") is { ValueKind: JsonValueKind.Array } value
        ? [.. value.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Object ? new BodyReader(one, _prefix) : throw Mismatch(name, one, "struct"))]
        : null;

    /// <summary>Objects by their keys, each to be ended as well; null: the member is missing.</summary>
    public IReadOnlyDictionary<string, BodyReader>? Map(string name, string type) => Take(name, JsonValueKind.Object, $"map[string]{type}") is { ValueKind: JsonValueKind.Object } value
        ? value.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.ValueKind == JsonValueKind.Object ? new BodyReader(one.Value, _prefix) : throw Mismatch(name, one.Value, type))
        : null;

    /// <summary>Lets members pass that this agent has no use for.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _members.Remove(name);
    }

    /// <summary>Refuses what was not taken.</summary>
    public void End()
    {
        foreach (var (name, _) in _members.Values)
            throw AgentException.BadRequest($"{_prefix}json: unknown field \"{name}\"");
    }

    // A structure without a name has none in the messages about its members either.
    private static string NameOf(string type) => type.StartsWith("struct {", StringComparison.Ordinal) ? "" : type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private JsonElement Take(string name, JsonValueKind kind, string type)
    {
        var value = Raw(name);
        return value.ValueKind == kind || value.ValueKind == JsonValueKind.Undefined ? value : throw Mismatch(name, value, type);
    }

    private AgentException Mismatch(string name, JsonElement value, string type) =>
        AgentException.BadRequest($"{_prefix}json: cannot unmarshal {GoJsonReader.KindOf(value)} into Go struct field {_type}.{name} of type {type}");
}
