using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>An answer, read to its end.</summary>
public sealed record ContractAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text, TimeSpan Elapsed)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode? Json => JsonNode.Parse(Text);

    /// <summary>X-Consul-Index; null: the answer has none.</summary>
    public ulong? Index => Header("X-Consul-Index") is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The JSON text of the body's members, one level deep, to compare shapes: names in their order.</summary>
    public IReadOnlyList<string> Members => [.. Json!.AsObject().Select(member => member.Key)];
}
