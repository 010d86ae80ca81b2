using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>What service-defaults, proxy-defaults, mesh and jwt-provider must hold, as far as this agent has a use for it.</summary>
internal static class DocumentRules
{
    /// <summary>Fills in what Consul fills in; faults are 500, as a server's.</summary>
    public static DocumentEntry Normalize(string kind, JsonObject document)
    {
        switch (kind)
        {
            case ConfigKinds.Mesh:
                return new(kind, "mesh", document);
            case ConfigKinds.ProxyDefaults:
                RefuseOtherThanGlobal(document.Text("Name"));
                document.Remove("Name");
                document.Insert(0, "Name", ConfigKinds.Global);
                return new(kind, ConfigKinds.Global, document);
            case ConfigKinds.ServiceDefaults:
                document["Protocol"] = document.Text("Protocol").ToLowerInvariant();
                return new(kind, document.Text("Name"), document);
            default:
                if (!document.ContainsKey("ClockSkewSeconds"))
                    document.Add("ClockSkewSeconds", 30);
                return new(kind, document.Text("Name"), document);
        }
    }

    /// <summary>The name an entry of this kind has, or had better have.</summary>
    public static string NameOf(string kind, string name)
    {
        if (kind != ConfigKinds.ProxyDefaults)
            return kind == ConfigKinds.Mesh ? "mesh" : name;
        RefuseOtherThanGlobal(name);
        return ConfigKinds.Global;
    }

    public static void Validate(DocumentEntry entry)
    {
        if (entry.Name == "")
            throw AgentException.Internal("Name is required");
        if (entry is { Kind: ConfigKinds.ServiceDefaults, Name: "*" })
            throw AgentException.Internal("service-defaults name must be the name of a service, and not a wildcard");
        if (MetaRules.Faults(entry.Document.Map("Meta")) is { Count: > 0 } faults)
            throw AgentException.Internal(GoText.Errors(faults));
        if (entry.Kind == ConfigKinds.JwtProvider)
            JwtProviderRules.Validate(entry.Document);
        if (entry.Document.Text("MutualTLSMode") is not ("" or "strict" or "permissive") and var mode)
            throw AgentException.Internal($"Invalid MutualTLSMode {GoText.Quote(mode)}. Must be one of \"\", \"strict\", or \"permissive\".");
    }

    private static void RefuseOtherThanGlobal(string name)
    {
        if (name is not ("" or ConfigKinds.Global))
            throw AgentException.Internal($"invalid name ({GoText.Quote(name)}), only \"global\" is supported");
    }
}
