using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>From an entry of the catalog to an instance and the identity it must show, or to the reason why not.</summary>
/// <param name="service">The service that was asked for.</param>
/// <param name="space">The namespace its instances must be of.</param>
/// <param name="partition">The partition they must be of.</param>
/// <param name="localDatacenter">What counts where an entry names none; null when it is not known.</param>
internal sealed class InstanceRules(string service, string space, string partition, string? localDatacenter)
{
    // Consul's own bound.
    private const int HeaviestWeight = 65535;

    /// <summary>Null when it cannot be called by us, whatever its health.</summary>
    public ConnectInstance? Read(HealthEntry entry, int weight, out string reason)
    {
        var name = Identify(entry, out reason);
        if (name is null)
            return null;
        var address = entry.Address.Length > 0 ? entry.Address : entry.NodeAddress;
        var host = address is ['[', .., ']'] ? address[1..^1] : address;
        var datacenter = entry.Datacenter.Length > 0 ? entry.Datacenter : localDatacenter;
        reason = true switch
        {
            _ when host.Length == 0 => "neither it nor its node has an address",
            _ when Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic => "its address is neither an IP address nor a host name",
            _ when HostName.IsOfTheMesh(host) => "its address is a name of the mesh, for which DNS is not asked; register it with an IP address",
            _ when entry.Port is < 1 or > 65535 => entry.Port < 0 ? "its port is not one of 1 to 65535" : $"its port is {entry.Port}",
            _ when string.IsNullOrEmpty(datacenter) => "its datacenter is not known",
            _ => "",
        };
        return reason.Length > 0 ? null : new(host, entry.Port, name)
        {
            Id = entry.Id.Length > 0 ? entry.Id : null,
            Namespace = space,
            Partition = partition,
            Datacenter = datacenter!,
            Weight = weight,
            Version = entry.Version,
        };
    }

    /// <summary>The weight for the entry's health.</summary>
    public static int Weigh(HealthEntry entry) => (entry.Status == HealthStatus.Warning ? entry.WarningWeight : entry.PassingWeight) switch
    {
        < 0 => 1,
        var weight => Math.Min(weight, HeaviestWeight),
    };

    /// <returns>The service it must prove to be, in its own spelling.</returns>
    private string? Identify(HealthEntry entry, out string reason)
    {
        reason = "";
        if (entry.Peer.Length > 0)
            return Skip($"it is of the peer \"{AgentErrors.Clean(entry.Peer)}\", and calls to peers are not supported", out reason);
        var name = entry switch
        {
            { Kind: "connect-proxy" } => entry.Destination,
            { Kind: "terminating-gateway" } => service,
            { Kind: "", IsNative: true } => entry.Service,
            _ => null,
        };
        if (name is null)
            return Skip(entry.Kind.Length == 0 ? "it is neither native nor behind a sidecar" : $"it is of the kind {AgentErrors.Clean(entry.Kind)}", out reason);
        return name.Equals(service, StringComparison.OrdinalIgnoreCase) ? name : Skip($"it is an instance of \"{AgentErrors.Clean(name)}\"", out reason);
    }

    private static string? Skip(string why, out string reason)
    {
        reason = why;
        return null;
    }
}
