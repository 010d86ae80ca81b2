using ConsulConnect.DevAgent.Checks;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Queries;

namespace ConsulConnect.DevAgent.Catalog;

internal static class CatalogRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core, AgentCatalog catalog)
    {
        var reads = new CatalogReads(core, catalog);
        return
        [
            new ServiceEndpoints(core, catalog),
            new CheckEndpoints(catalog, new CheckMonitor(catalog, core.Clock)),
            new MaintenanceEndpoints(catalog),
            new HealthEndpoints(reads),
            new CatalogEndpoints(core, reads),
            new QueryEndpoints(core, reads),
        ];
    }
}
