using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>What entries demand of each other.</summary>
internal static class ConfigGraph
{
    /// <summary>Refuses a table in which something depends on what is not there.</summary>
    /// <param name="next">As it would be.</param>
    /// <param name="entry">What is written or deleted.</param>
    public static void Check(ConfigTable next, ConfigEntry entry, bool isDeleted)
    {
        switch (entry)
        {
            case ServiceIntentions intentions when !isDeleted:
                RefuseUnknownProviders(next, intentions);
                RefusePermissionsWithoutHttp(next, intentions);
                break;
            case DocumentEntry { Kind: ConfigKinds.ServiceDefaults or ConfigKinds.ProxyDefaults }:
                foreach (var intentions in AllIntentions(next))
                    RefusePermissionsWithoutHttp(next, intentions);
                break;
            case DocumentEntry { Kind: ConfigKinds.JwtProvider } when isDeleted:
                RefuseDeletionWhileReferenced(next, entry.Name);
                break;
        }
    }

    /// <summary>What a service speaks: by its own defaults, else by those of all; null: neither says it, which means <c>tcp</c>.</summary>
    public static string? KnownProtocolOf(ConfigTable table, string service) =>
        table.Find<DocumentEntry>(ConfigKinds.ServiceDefaults, service)?.Protocol is { Length: > 0 } own ? own
        : table.Find<DocumentEntry>(ConfigKinds.ProxyDefaults, ConfigKinds.Global)?.Protocol is { Length: > 0 } all ? all
        : null;

    private static IEnumerable<ServiceIntentions> AllIntentions(ConfigTable table) => table.OfKind(ConfigKinds.ServiceIntentions).Cast<ServiceIntentions>();

    private static void RefusePermissionsWithoutHttp(ConfigTable table, ServiceIntentions intentions)
    {
        if (intentions.HasWildcardDestination || !intentions.HasPermissions)
            return;
        var protocol = KnownProtocolOf(table, intentions.Name) ?? "tcp";
        if (protocol is not ("http" or "http2" or "grpc"))
            throw AgentException.Internal($"service {GoText.Quote(intentions.Name)} has protocol {GoText.Quote(protocol)}, which is incompatible with L7 intentions permissions");
    }

    private static void RefuseUnknownProviders(ConfigTable table, ServiceIntentions intentions)
    {
        var unknown = intentions.JwtProviders.Distinct().Where(name => table.Find(ConfigKinds.JwtProvider, name) is null)
            .Select(name => $"Referenced JWT Provider does not exist. Provider Name: {name}").ToList();
        if (unknown.Count > 0)
            throw AgentException.Internal(GoText.Errors(unknown));
    }

    private static void RefuseDeletionWhileReferenced(ConfigTable table, string provider)
    {
        if (AllIntentions(table).FirstOrDefault(one => one.JwtProviders.Contains(provider)) is { } intentions)
            throw AgentException.Internal($"cannot delete jwt provider config entry referenced by an intention. Provider name: {provider}, intention name: {intentions.Name}");
    }
}
