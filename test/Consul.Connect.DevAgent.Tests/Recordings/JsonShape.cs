using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Recordings;

/// <summary>What a client's decoder sees of a document: the members in their order, and the kind of each value.</summary>
public static class JsonShape
{
    public static string Of(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject members => "{" + string.Join(", ", members.Select(member => $"{member.Key}: {Of(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(", ", items.Select(Of).Distinct()) + "]",
        _ => node.GetValueKind() switch { JsonValueKind.String => "text", JsonValueKind.Number => "number", _ => "truth" },
    };
}
