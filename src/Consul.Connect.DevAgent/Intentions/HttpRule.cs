using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Which requests a permission is about; what is empty does not matter.</summary>
internal sealed record HttpRule(string PathExact, string PathPrefix, string PathRegex, ImmutableArray<HeaderRule> Headers, ImmutableArray<string> Methods)
{
    public static HttpRule Read(JsonObject http) =>
        new(http.Text("PathExact"), http.Text("PathPrefix"), http.Text("PathRegex"), [.. http.Objects("Header").Select(HeaderRule.Read)], [.. http.Texts("Methods")]);

    public JsonObject ToJson() => new JsonObject()
        .WithText("PathExact", PathExact).WithText("PathPrefix", PathPrefix).WithText("PathRegex", PathRegex)
        .WithArray("Header", [.. Headers.Select(header => header.ToJson())])
        .WithArray("Methods", [.. Methods.Select(method => (JsonNode)method)]);
}
