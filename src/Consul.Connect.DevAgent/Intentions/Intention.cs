using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>One source of one destination, as the intention calls show it.</summary>
internal readonly record struct Intention(ServiceIntentions Destination, SourceIntention Source) : IComparable<Intention>
{
    /// <summary>The order of precedence; among equals by names, so that answers do not flicker.</summary>
    public int CompareTo(Intention other)
    {
        var order = other.Source.Precedence.CompareTo(Source.Precedence);
        if (order == 0)
            order = string.CompareOrdinal(Source.Name, other.Source.Name);
        if (order == 0)
            order = string.CompareOrdinal(Destination.Name, other.Destination.Name);
        return order == 0 ? string.CompareOrdinal(Source.Peer, other.Source.Peer) : order;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject()
            .WithText("ID", Source.Legacy?.Id).WithText("Description", Source.Description)
            .With("SourceNS", "default").With("SourceName", Source.Name).With("DestinationNS", "default").With("DestinationName", Destination.Name)
            .WithText("SourcePeer", Source.Peer).WithText("SourceSamenessGroup", Source.SamenessGroup).With("SourceType", Source.Type).WithText("Action", Source.Action)
            .WithArray("Permissions", [.. Source.Permissions.Select(permission => permission.ToJson())]);
        if (Destination.Jwt is { } jwt)
            json.Add("JWT", jwt.ToJson());
        var legacy = Source.Legacy is { Id.Length: > 0 } fields ? fields : null;
        json.WithMap("Meta", legacy?.Meta ?? Destination.Meta).With("Precedence", Source.Precedence);
        if (legacy is not null)
            json.With("CreatedAt", legacy.Created).With("UpdatedAt", legacy.Updated).With("Hash", LegacyHash(legacy));
        return json.With("CreateIndex", Destination.CreateIndex).With("ModifyIndex", Destination.ModifyIndex);
    }

    /// <summary>As authorize names it.</summary>
    public override string ToString()
    {
        var id = Source.Legacy is { Id.Length: > 0 } legacy ? $"ID: {legacy.Id}, " : "";
        var what = Source.Permissions.IsEmpty ? $"Action: {Source.Action.ToUpperInvariant()}" : $"Permissions: {Source.Permissions.Length}";
        return $"default/{Source.Name} => default/{Destination.Name} ({id}Precedence: {Source.Precedence}, {what})";
    }

    private string LegacyHash(LegacyFields legacy) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{legacy.Id}|{Source.Name}|{Destination.Name}|{Source.Action}|{Source.Description}|{legacy.Updated}")));
}
