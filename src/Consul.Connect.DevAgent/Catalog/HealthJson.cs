using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>A service with its node and its checks, as health answers list them.</summary>
internal static class HealthJson
{
    public static JsonObject Write(ServiceInstance instance, CatalogTable table, CatalogNode node) => new()
    {
        ["Node"] = NodeJson.Write(node),
        ["Service"] = ServiceJson.ForHealth(instance, table),
        ["Checks"] = new JsonArray([.. table.ChecksOf(instance).Select(check => (JsonNode)CheckJson.ForCatalog(check, node.Name))]),
    };
}
