using System.Net;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The entry of this app in the catalog, from its definition and where the mesh listener is really bound.</summary>
internal static class CatalogEntry
{
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan DefaultEnd = TimeSpan.FromMinutes(10);

    /// <summary>Whether this app asks for an entry.</summary>
    public static bool IsWanted(ConsulConnectOptions options) => options.Service is not null && options.Registration.Enabled;

    /// <param name="listener">Null where that is no address to dial; then the definition must say it.</param>
    /// <returns>The entry; the status of its checks is for whoever sends it.</returns>
    public static ServiceRegistration From(ConsulServiceOptions definition, string name, IPEndPoint? listener)
    {
        var port = definition.Port == 0 ? listener?.Port ?? 0 : definition.Port;
        var address = string.IsNullOrEmpty(definition.Address) ? Reachable(listener?.Address) : definition.Address;
        var id = string.IsNullOrEmpty(definition.Id) ? DefaultId(name, port) : definition.Id;
        return new(id, name, address, port, [.. definition.Tags], definition.Meta.ToDictionary(StringComparer.Ordinal))
        {
            TaggedAddresses = definition.TaggedAddresses.ToDictionary(
                pair => pair.Key,
                pair => new ServiceAddress(pair.Value.Address ?? "", pair.Value.Port == 0 ? port : pair.Value.Port),
                StringComparer.Ordinal),
            Weights = definition.Weights is { } weights ? new(weights.Passing, weights.Warning) : null,
            EnableTagOverride = definition.EnableTagOverride,
            Checks = Checks(id, definition.Checks),
        };
    }

    /// <summary>The TTL by which the app reports; null when nothing waits for its reports.</summary>
    public static TimeSpan? ShortestTtl(ServiceRegistration entry) => entry.Checks.Min(check => check.Definition.Ttl);

    private static IReadOnlyList<CheckRegistration> Checks(string id, IList<ConsulCheckOptions> defined)
    {
        IList<ConsulCheckOptions> checks = defined.Count > 0 ? defined : [new() { Ttl = DefaultTtl, DeregisterCriticalServiceAfter = DefaultEnd }];
        return [.. checks.Select((check, index) => new CheckRegistration(
            string.IsNullOrEmpty(check.Id) ? CheckIds.Default(id, index + 1, checks.Count) : check.Id,
            CheckStatus.Critical,
            check))];
    }

    // Stable, so that a restart takes the old entry over; readable, so that an operator finds the process.
    private static string DefaultId(string name, int port)
    {
        var machine = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return $"{name}-{machine}-{port}";
    }

    /// <summary>Null for a wildcard: callers then get the address of the agent's node.</summary>
    private static string? Reachable(IPAddress? bound)
    {
        if (bound is null)
            return null;
        if (bound.IsIPv4MappedToIPv6)
            bound = bound.MapToIPv4();
        if (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any))
            return null;
        // Without the scope, which means something on this machine only.
        return new IPAddress(bound.GetAddressBytes()).ToString();
    }
}
