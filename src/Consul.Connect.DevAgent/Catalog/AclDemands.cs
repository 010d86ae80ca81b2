using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>The rights on services and checks of the agent.</summary>
internal static class AclDemands
{
    /// <summary>To register: also on what it would replace, and on the service a proxy speaks for.</summary>
    public static void DemandRegister(this AclIdentity acl, string name, ServiceInstance? known, string? destination)
    {
        acl.DemandWrite(name);
        if (known is not null && known.Name != name)
            acl.DemandWrite(known.Name);
        if (destination is not null)
            acl.DemandWrite(destination);
    }

    public static void DemandWrite(this AclIdentity acl, string service) => acl.Demand(acl.CanWriteService(service), "service:write", service);

    /// <summary>A check is its service's, or else the node's.</summary>
    public static void DemandWrite(this AclIdentity acl, HealthCheck check, string node)
    {
        if (check.ServiceName != "")
            acl.DemandWrite(check.ServiceName);
        else
            acl.Demand(acl.CanWriteNode(node), "node:write", node);
    }

    /// <summary>A caller without a token does not learn that something is hidden from it.</summary>
    public static AgentReply WithFiltered(this AgentReply reply, AclIdentity acl, bool filtered) => reply.WithFilteredByAcls(filtered && acl.AccessorId is not null);
}
