using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Connect;

internal static class ConnectRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core) =>
        [new RootsEndpoints(core), new LeafEndpoints(core), new AuthorizeEndpoints(core), new CaConfigurationEndpoints(core)];
}
