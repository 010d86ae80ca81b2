using System.Net;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The entry of this app in the catalog, from what the options say and where the mesh listener is really bound.</summary>
internal static class CatalogEntry
{
    /// <summary>Whether this app asks for an entry.</summary>
    public static bool IsWanted(ConsulConnectOptions options) => options.Service is not null && options.Registration.Enabled;

    public static ServiceRegistration From(ConsulConnectOptions options, IPEndPoint listener)
    {
        var service = options.Service ?? throw new ArgumentException("Nothing asks for an entry in the catalog.", nameof(options));
        var name = options.ServiceName ?? throw new ArgumentException("The options have not been validated.", nameof(options));
        var port = service.Port == 0 ? listener.Port : service.Port;
        var address = string.IsNullOrEmpty(service.Address) ? Reachable(listener.Address) : service.Address;
        return new(service.Id ?? DefaultId(name, port), name, address, port, [.. service.Tags], service.Meta.ToDictionary(StringComparer.Ordinal));
    }

    // Stable, so that a restart takes the old entry over; readable, so that an operator finds the process.
    private static string DefaultId(string name, int port)
    {
        var machine = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return $"{name}-{machine}-{port}";
    }

    /// <summary>Null for a wildcard: callers then get the address of the agent's node.</summary>
    private static string? Reachable(IPAddress bound)
    {
        if (bound.IsIPv4MappedToIPv6)
            bound = bound.MapToIPv4();
        if (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any))
            return null;
        // Without the scope, which means something on this machine only.
        return new IPAddress(bound.GetAddressBytes()).ToString();
    }
}
