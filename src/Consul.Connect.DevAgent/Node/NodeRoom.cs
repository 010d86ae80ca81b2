using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Node;

internal static class NodeRoom
{
    public static IEnumerable<IEndpoints> Create(AgentCore core) => [new SelfEndpoints(core), new StatusEndpoints(), new AclEndpoints(core)];
}
