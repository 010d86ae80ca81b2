using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

/// <summary>An intention of a <see cref="ScriptedAgent"/>: <c>new("client", "web")</c> allows.</summary>
/// <param name="Source">A service or <c>*</c>.</param>
/// <param name="Destination">A service or <c>*</c>.</param>
/// <param name="Action"><c>allow</c>, <c>deny</c>; null is not sent, as beside permissions.</param>
public sealed record ScriptedIntention(string Source, string Destination, string? Action = "allow")
{
    /// <summary>JSON of <c>Permissions</c>; null is not sent.</summary>
    public string? Permissions { get; init; }

    /// <summary>More members, by name, such as <c>SourcePeer</c> or ones nobody knows.</summary>
    public IReadOnlyDictionary<string, JsonNode?> More { get; init; } = new Dictionary<string, JsonNode?>();

    internal int Precedence => (Source, Destination) switch
    {
        ("*", "*") => 5,
        (_, "*") => 6,
        ("*", _) => 8,
        _ => 9,
    };

    internal bool Names(string source, string target) =>
        (Source == "*" || Source == source) && IsFor(target);

    internal bool IsFor(string target) => Destination == "*" || string.Equals(Destination, target, StringComparison.OrdinalIgnoreCase);

    // The form of 1.21: no id, no times, and no action beside permissions.
    internal JsonObject ToJson(ulong index)
    {
        var json = new JsonObject
        {
            ["SourceNS"] = "default",
            ["SourceName"] = Source,
            ["DestinationNS"] = "default",
            ["DestinationName"] = Destination,
            ["SourceType"] = "consul",
        };
        if (Action is not null)
            json[nameof(Action)] = Action;
        if (Permissions is not null)
            json[nameof(Permissions)] = JsonNode.Parse(Permissions);
        foreach (var (name, value) in More)
            json[name] = value?.DeepClone();
        json[nameof(Precedence)] = Precedence;
        json["CreateIndex"] = index;
        json["ModifyIndex"] = index;
        return json;
    }
}
