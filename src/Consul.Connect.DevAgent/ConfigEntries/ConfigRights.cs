using ConsulConnect.DevAgent.Acl;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Who may see and change which kind.</summary>
internal static class ConfigRights
{
    public static bool CanRead(AclIdentity acl, string kind, string name) => kind switch
    {
        ConfigKinds.ServiceIntentions => acl.CanReadIntentions(name),
        // Sidecars read providers with the token of their service.
        ConfigKinds.JwtProvider => acl.CanWriteAnyService || acl.CanReadOperator,
        ConfigKinds.ProxyDefaults or ConfigKinds.Mesh => true,
        _ => acl.CanReadService(name),
    };

    public static void DemandRead(AclIdentity acl, string kind, string name)
    {
        if (!CanRead(acl, kind, name))
            throw kind == ConfigKinds.JwtProvider ? acl.Lacks("mesh:read") : acl.Lacks(kind == ConfigKinds.ServiceIntentions ? "intention:read" : "service:read", name);
    }

    public static void DemandWrite(AclIdentity acl, string kind, string name)
    {
        switch (kind)
        {
            case ConfigKinds.ServiceIntentions:
                acl.Demand(acl.CanWriteIntentions(name), "intention:write", name);
                break;
            case ConfigKinds.ProxyDefaults or ConfigKinds.Mesh or ConfigKinds.JwtProvider:
                // Without a rule on the mesh, the one on the operator counts.
                acl.Demand(acl.CanWriteOperator, "mesh:write");
                break;
            default:
                acl.Demand(acl.CanWriteService(name), "service:write", name);
                break;
        }
    }
}
