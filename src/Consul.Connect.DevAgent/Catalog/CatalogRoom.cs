using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Catalog;

internal static class CatalogRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core)
    {
        _ = core;
        return [];
    }
}
