using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>One piece of central configuration. What is stored never changes; a write replaces it.</summary>
internal abstract record ConfigEntry(string Kind, string Name)
{
    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }

    public ConfigKey Key => new(Kind, Name);

    /// <summary>As the API answers it: hash and indexes at the end.</summary>
    public JsonObject ToJson()
    {
        var body = Body();
        return body.With("Hash", ContentHash.Of(body)).With("CreateIndex", CreateIndex).With("ModifyIndex", ModifyIndex);
    }

    public bool HasContentOf(ConfigEntry other) => JsonNode.DeepEquals(Body(), other.Body());

    /// <summary>A new document without hash and indexes.</summary>
    protected abstract JsonObject Body();
}
