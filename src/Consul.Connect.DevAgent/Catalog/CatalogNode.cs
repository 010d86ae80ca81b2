namespace ConsulConnect.DevAgent.Catalog;

/// <summary>The one node of the catalog.</summary>
internal sealed record CatalogNode(string Id, string Name, string Datacenter, ulong Index)
{
    public const string Address = "127.0.0.1";

    public IReadOnlyDictionary<string, string> Meta { get; } = new Dictionary<string, string> { ["consul-network-segment"] = "", ["consul-version"] = AgentCore.ConsulVersion };
}
