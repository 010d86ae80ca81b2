using System.Net;
using System.Net.NetworkInformation;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>
/// Checks that can never succeed: the agent runs them against the mesh endpoint, where it has no certificate to show. A TCP check
/// without TLS says nothing and is welcome there.
/// </summary>
internal static class MeshEndpointChecks
{
    /// <param name="path">Where the definition stands.</param>
    /// <param name="entry">What would be registered.</param>
    /// <param name="listener">Where the mesh is served; null where that is no address.</param>
    /// <returns>A fault for each.</returns>
    public static IEnumerable<string> Faults(string path, ServiceRegistration entry, IPEndPoint? listener)
    {
        foreach (var (index, check) in entry.Checks.Select(check => check.Definition).Index())
        {
            foreach (var (member, value) in (IEnumerable<(string, string?)>)[("Http", check.Http), ("Grpc", check.Grpc), ("H2Ping", check.H2Ping), ("Tcp", check.TcpUseTls == true ? check.Tcp : null)])
            {
                if (!string.IsNullOrEmpty(value) && Target(value) is var (host, port) && IsMesh(host, port, entry, listener))
                    yield return $"{path}:{check.Place ?? $"Checks:{index}"}:{member} is \"{value}\", the mesh endpoint, where the agent is refused because it has no certificate of the mesh; write Ttl, Tcp without TLS, or the address of another endpoint of the app.";
            }
        }
    }

    private static bool IsMesh(string host, int port, ServiceRegistration entry, IPEndPoint? listener) =>
        (port == entry.Port && (Same(host, entry.Address) || IsThisMachine(host)))
        || (port == listener?.Port && (Same(host, listener.Address.ToString()) || Same(host, entry.Address) || IsThisMachine(host) || (IsEvery(listener.Address) && IsOwn(host))));

    private static bool IsThisMachine(string host) =>
        IPAddress.TryParse(host, out var ip)
            ? IPAddress.IsLoopback(ip) || IsEvery(ip)
            : Is(host, "localhost") || Is(host, Environment.MachineName) || Is(host.Split('.')[0], Environment.MachineName);

    private static bool IsEvery(IPAddress ip) => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);

    private static bool IsOwn(string host) =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Any(own => Same(host, own.Address.ToString()));

    private static bool Same(string host, string? address) =>
        address is not null && (Is(host, address) || (IPAddress.TryParse(host, out var one) && IPAddress.TryParse(address, out var other) && one.MapToIPv6().Equals(other.MapToIPv6())));

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>A URL, or <c>host:port</c> with perhaps a service's name behind it.</summary>
    private static (string Host, int Port)? Target(string value)
    {
        var text = value.Contains("://", StringComparison.Ordinal) ? value : $"tcp://{value}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Port > 0 ? (uri.DnsSafeHost.TrimEnd('.'), uri.Port) : null;
    }
}
