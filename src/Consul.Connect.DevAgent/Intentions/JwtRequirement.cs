using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>A token of one of these providers is demanded.</summary>
internal sealed record JwtRequirement(ImmutableArray<JwtProviderReference> Providers)
{
    public static JwtRequirement? Read(JsonNode? requirement) =>
        requirement is JsonObject jwt ? new([.. jwt.Objects("Providers").Select(provider => new JwtProviderReference(provider.Text("Name"), [.. provider.Objects("VerifyClaims").Select(JwtClaim.Read)]))]) : null;

    public JsonObject ToJson() => new JsonObject().WithArray("Providers", [.. Providers.Select(provider => provider.ToJson())]);
}

internal sealed record JwtProviderReference(string Name, ImmutableArray<JwtClaim> Claims)
{
    public JsonObject ToJson() => new JsonObject().WithText("Name", Name).WithArray("VerifyClaims", [.. Claims.Select(claim => claim.ToJson())]);
}

/// <param name="Path">To the claim, from the token's root.</param>
internal sealed record JwtClaim(ImmutableArray<string> Path, string Value)
{
    public static JwtClaim Read(JsonObject claim) => new([.. claim.Texts("Path")], claim.Text("Value"));

    public JsonObject ToJson() => new JsonObject().WithArray("Path", [.. Path.Select(step => (JsonNode)step)]).WithText("Value", Value);
}
