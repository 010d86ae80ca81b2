using System.Text.Json.Nodes;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>A check as an agent or the catalog has it.</summary>
internal sealed record CatalogCheck(string Id, string Status, string Output, string Notes)
{
    public static CatalogCheck Of(JsonNode check) => new(Text(check, "CheckID"), Text(check, "Status"), Text(check, "Output"), Text(check, "Notes"));

    private static string Text(JsonNode check, string member) => check[member]?.GetValue<string>() ?? "";
}
