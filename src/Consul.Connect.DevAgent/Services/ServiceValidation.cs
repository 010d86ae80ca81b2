using System.Net;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Services;

/// <summary>What Consul demands of a registration, in its order and its words.</summary>
internal static class ServiceValidation
{
    private const int LargestWeight = 65535;

    /// <exception cref="AgentException">The registration is refused.</exception>
    public static void Check(ServiceDefinition service)
    {
        if (service.Name == "")
            throw AgentException.BadRequest("Missing service name");
        if (IsAnyAddress(service.Address))
            throw AgentException.BadRequest("Invalid service address");
        if (service.Weights is not null && FaultOf(service.Weights) is { } weights)
            throw AgentException.BadRequest($"Invalid Weights: {weights}");
        if (ServiceMeta.FaultOf(service.Meta) is { } meta)
            throw AgentException.BadRequest($"Invalid Service Meta: {meta}");
        if (Format(FaultsOf(service)) is { } faults)
            throw AgentException.BadRequest($"Validation failed: {faults}");
        CheckAll(service.Checks, "Invalid check");
        if (service.Sidecar is not null)
            CheckAll(service.Sidecar.Checks, "Invalid check in sidecar_service");
    }

    /// <summary>The sidecar that comes of a registration, once its members are filled in.</summary>
    /// <exception cref="AgentException">The registration is refused.</exception>
    public static void CheckSidecar(ServiceDefinition sidecar)
    {
        if (Format(FaultsOf(sidecar)) is { } faults)
            throw AgentException.BadRequest($"Failed Validation: {faults}");
    }

    public static void RefuseScripts(IEnumerable<CheckDefinition> checks)
    {
        if (checks.Any(check => check.Kind == CheckKind.Script))
            throw AgentException.Internal("Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true");
    }

    private static void CheckAll(IReadOnlyList<CheckDefinition> checks, string fault)
    {
        foreach (var check in checks)
        {
            if (CheckValidation.FaultOf(check) is { } text)
                throw AgentException.BadRequest($"{fault}: {text}");
        }

        if (checks.Any(check => check.Status != "" && !CheckStatus.IsKnown(check.Status)))
            throw AgentException.BadRequest("Status for checks must 'passing', 'warning', 'critical'");
    }

    private static bool IsAnyAddress(string address) =>
        IPAddress.TryParse(address.Trim('[', ']'), out var parsed) && (parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any));

    private static string? FaultOf(ServiceWeights weights)
    {
        if (weights.Passing < 1)
            return "Passing must be greater than 0";
        if (weights.Warning < 0)
            return "Warning must be greater or equal than 0";
        return weights.Passing > LargestWeight || weights.Warning > LargestWeight ? "DNS Weight must be between 0 and 65535" : null;
    }

    private static IEnumerable<string> FaultsOf(ServiceDefinition service)
    {
        var hasNoListener = service.Port == 0 && service.SocketPath == "";
        if (service.IsNative && hasNoListener && !service.IsProxy)
            yield return "Port or SocketPath must be set for a Connect native service.";
        foreach (var fault in service.IsProxy ? FaultsOfProxy(service, hasNoListener) : [])
            yield return fault;
        if (ServiceKinds.IsGateway(service.Kind) && service.Port == 0)
            yield return $"Port must be non-zero for a {service.Kind}";
        if (service.Sidecar is { Id: not "" })
            yield return "A SidecarService cannot specify an ID as this is managed by the agent";
        if (service.Sidecar?.Sidecar is not null)
            yield return "A SidecarService cannot have a nested SidecarService";
    }

    private static IEnumerable<string> FaultsOfProxy(ServiceDefinition service, bool hasNoListener)
    {
        var proxy = service.Proxy ?? new();
        if (string.IsNullOrWhiteSpace(proxy.DestinationServiceName))
            yield return "Proxy.DestinationServiceName must be non-empty for Connect proxy services";
        if (proxy.DestinationServiceName == "*")
            yield return "Proxy.DestinationServiceName must not be a wildcard for Connect proxy services";
        if (hasNoListener)
            yield return "Port or SocketPath must be set for a Connect proxy";
        if (service.IsNative)
            yield return "A Proxy cannot also be Connect Native, only typical services";
        foreach (var upstream in proxy.Upstreams)
        {
            if (upstream.DestinationName == "")
                yield return "upstream destination name cannot be empty";
            else if (upstream.DestinationName == "*")
                yield return "upstream destination name cannot be a wildcard";
            else if (upstream is { LocalBindPort: 0, LocalBindSocketPath: "" })
                yield return "upstream local bind port or local socket path must be defined and nonzero";
        }
    }

    // As the library lists several faults in one.
    private static string? Format(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        return all.Count == 0 ? null : $"{(all.Count == 1 ? "1 error" : $"{all.Count} errors")} occurred:\n{string.Concat(all.Select(fault => $"\t* {fault}\n"))}\n";
    }
}
