using System.Globalization;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Services;

/// <summary>What Consul fills in for the sidecar of a service.</summary>
internal static class SidecarDefaults
{
    public const int FirstPort = 21000;
    public const int LastPort = 21255;

    /// <param name="service">The service with the sidecar.</param>
    /// <param name="formerPort">Of the sidecar it had before; 0: it had none.</param>
    /// <param name="takenPorts">By other services of the agent.</param>
    /// <exception cref="AgentException">There is no port left.</exception>
    public static ServiceDefinition Fill(ServiceDefinition service, int formerPort, IReadOnlySet<int> takenPorts)
    {
        var sidecar = service.Sidecar!;
        var proxy = sidecar.Proxy ?? new();
        var filled = sidecar with
        {
            Id = service.InstanceId + "-sidecar-proxy",
            Name = sidecar.Name == "" ? service.Name + "-sidecar-proxy" : sidecar.Name,
            Kind = sidecar.Kind == "" ? ServiceKinds.ConnectProxy : sidecar.Kind,
            Address = sidecar.Address == "" ? service.Address : sidecar.Address,
            Meta = sidecar.Meta ?? service.Meta,
            Tags = sidecar.Tags ?? service.Tags,
            EnableTagOverride = sidecar.Tags is null ? service.EnableTagOverride : sidecar.EnableTagOverride,
            Port = sidecar.Port != 0 ? sidecar.Port : formerPort != 0 ? formerPort : FreePort(takenPorts),
            Proxy = proxy with
            {
                DestinationServiceName = proxy.DestinationServiceName == "" ? service.Name : proxy.DestinationServiceName,
                DestinationServiceId = proxy.DestinationServiceId == "" ? service.InstanceId : proxy.DestinationServiceId,
                LocalServiceAddress = proxy.LocalServiceAddress == "" ? "127.0.0.1" : proxy.LocalServiceAddress,
                LocalServicePort = proxy.LocalServicePort == 0 ? service.Port : proxy.LocalServicePort,
            },
        };
        return filled with { Checks = filled.Checks.Count > 0 ? filled.Checks : ChecksOf(filled, service) };
    }

    private static CheckDefinition[] ChecksOf(ServiceDefinition sidecar, ServiceDefinition service)
    {
        var host = sidecar.Address == "" ? "127.0.0.1" : sidecar.Address;
        host = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return
        [
            new() { Name = "Connect Sidecar Listening", Tcp = string.Create(CultureInfo.InvariantCulture, $"{host}:{sidecar.Port}"), Interval = TimeSpan.FromSeconds(10) },
            new() { Name = $"Connect Sidecar Aliasing {service.InstanceId}", AliasService = service.InstanceId },
        ];
    }

    private static int FreePort(IReadOnlySet<int> takenPorts)
    {
        for (var port = FirstPort; port <= LastPort; port++)
        {
            if (!takenPorts.Contains(port))
                return port;
        }

        throw AgentException.BadRequest($"Invalid SidecarService: none left in range [{FirstPort}, {LastPort}]");
    }
}
