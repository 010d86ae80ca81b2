using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What holds for one caller, or with the name <c>*</c> for any.</summary>
/// <param name="Action"><c>allow</c>, <c>deny</c>, or empty where permissions decide; anything else does not pass the validation.</param>
internal sealed record SourceIntention(string Name, string Action, ImmutableArray<RequestPermission> Permissions)
{
    public int Precedence { get; init; }

    public string Type { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>The caller's cluster; empty: this one.</summary>
    public string Peer { get; init; } = "";

    public string SamenessGroup { get; init; } = "";

    /// <summary>What the calls by id keep; null: this source came another way.</summary>
    public LegacyFields? Legacy { get; init; }

    /// <summary>Whether a caller of this cluster can be meant.</summary>
    public bool IsLocal => Peer == "" && SamenessGroup == "";

    public static SourceIntention Read(JsonObject source) => new(source.Text("Name"), source.Text("Action"), [.. source.Objects("Permissions").Select(RequestPermission.Read)])
    {
        Type = source.Text("Type"),
        Description = source.Text("Description"),
        Peer = source.Text("Peer"),
        SamenessGroup = source.Text("SamenessGroup"),
        Legacy = source.ContainsKey("LegacyMeta") ? new("", source.Map("LegacyMeta").ToImmutableSortedDictionary(StringComparer.Ordinal), default, default) : null,
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject().With("Name", Name)
            .WithText("Action", Action).WithArray("Permissions", [.. Permissions.Select(permission => permission.ToJson())])
            .With("Precedence", Precedence).WithText("LegacyID", Legacy?.Id).With("Type", Type).WithText("Description", Description);
        if (Legacy is { Id.Length: > 0 } legacy)
            json.WithMap("LegacyMeta", legacy.Meta).With("LegacyCreateTime", legacy.Created).With("LegacyUpdateTime", legacy.Updated);
        return json.WithText("Peer", Peer).WithText("SamenessGroup", SamenessGroup);
    }
}
