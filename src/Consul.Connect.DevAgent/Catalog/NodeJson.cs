using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

internal static class NodeJson
{
    private static readonly string[] AddressKinds = ["lan", "lan_ipv4", "wan", "wan_ipv4"];

    public static JsonObject Write(CatalogNode node, string metaName = "Meta", bool withIndexes = true)
    {
        var addresses = AddressKinds.ToDictionary(kind => kind, _ => CatalogNode.Address);
        var json = new JsonObject
        {
            ["ID"] = node.Id,
            ["Node"] = node.Name,
            ["Address"] = CatalogNode.Address,
            ["Datacenter"] = node.Datacenter,
            ["TaggedAddresses"] = addresses.ToJson(),
            [metaName] = node.Meta.ToJson(),
        };
        if (withIndexes)
        {
            json.Add("CreateIndex", node.Index);
            json.Add("ModifyIndex", node.Index);
        }

        return json;
    }
}
