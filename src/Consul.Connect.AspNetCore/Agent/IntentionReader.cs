using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>Reads one object of an intention, remembers what was asked for, and names what was not.</summary>
internal sealed class IntentionReader
{
    private readonly Dictionary<string, JsonElement> _left = new(StringComparer.Ordinal);
    private string? _unknown;

    public IntentionReader(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new FormatException("a part of an intention is no object");
        foreach (var member in entry.EnumerateObject())
            _left.Add(member.Name, member.Value);
    }

    public void NotUnderstood(string? what) => _unknown ??= what is null ? null : AgentErrors.Clean(what);

    /// <summary>The first thing that was not understood, or the first member nobody asked for; null when there is neither.</summary>
    public string? Finish()
    {
        NotUnderstood(_left.Keys.FirstOrDefault());
        return _unknown;
    }

    /// <summary>Whether a member is there and not null.</summary>
    public bool Has(string name)
    {
        if (_left.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null)
            return true;
        _left.Remove(name);
        return false;
    }

    public JsonElement Take(string name) => _left.Remove(name, out var value) ? value : default;

    public string Text(string name, string fallback = "")
    {
        if (!Has(name))
            return fallback;
        var value = Take(name);
        if (value.ValueKind != JsonValueKind.String)
            throw new FormatException($"{name} of an intention is no string");
        return value.GetString() is { Length: > 0 } text ? text : fallback;
    }

    public string Required(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new FormatException($"{name} of an intention is missing");

    public int Number(string name) =>
        Has(name) && Take(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number)
            ? number
            : throw new FormatException($"{name} of an intention is no number");

    public IReadOnlyList<JsonElement> List(string name)
    {
        if (!Has(name))
            return [];
        var value = Take(name);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw new FormatException($"{name} of an intention is no list");
    }

    public IReadOnlyList<string> Texts(string name) =>
        [.. List(name).Select(text => text.ValueKind == JsonValueKind.String ? text.GetString()! : throw new FormatException($"{name} of an intention is no list of strings"))];

    public bool Flag(string name)
    {
        if (!Has(name))
            return false;
        var value = Take(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new FormatException($"{name} of an intention is neither true nor false");
    }

    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _left.Remove(name);
    }
}
