using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Services;

/// <summary>Reads the body of a registration as strictly as Consul: unknown members are refused, names may have any case.</summary>
internal static class ServiceDefinitionReader
{
    public static ServiceDefinition Read(BodyReader body)
    {
        List<CheckDefinition> checks = [];
        if (body.Object("Check") is { } one && CheckDefinitionReader.ReadInline(one) is { } check)
            checks.Add(check);
        foreach (var further in body.Objects("Checks") ?? [])
            checks.Add(CheckDefinitionReader.ReadInline(further) ?? new());
        var (isNative, sidecar, hasConnect) = ReadConnect(body.Object("Connect"));
        var service = new ServiceDefinition
        {
            Kind = body.String("Kind"),
            Id = body.String("ID"),
            Name = body.String("Name"),
            Tags = body.Strings("Tags"),
            Address = body.String("Address"),
            TaggedAddresses = ReadAddresses(body, "TaggedAddresses") ?? ReadAddresses(body, "tagged_addresses") ?? new Dictionary<string, ServiceAddress>(),
            Meta = body.StringMap("Meta"),
            Port = body.Int("Port"),
            SocketPath = body.String("SocketPath") is { Length: > 0 } path ? path : body.String("socket_path"),
            Weights = ReadWeights(body.Object("Weights")),
            EnableTagOverride = body.Bool("EnableTagOverride") | body.Bool("enable_tag_override"),
            Checks = checks,
            Proxy = body.Object("Proxy") is { } proxy ? ProxyDefinitionReader.Read(proxy) : null,
            IsNative = isNative,
            Sidecar = sidecar,
            HasConnect = hasConnect,
        };
        body.Ignore("Token", "Namespace", "Partition", "Locality", "Ports");
        body.End();
        return service;
    }

    // Consul decodes this one part without refusing unknown members.
    private static (bool IsNative, ServiceDefinition? Sidecar, bool IsThere) ReadConnect(BodyReader? connect)
    {
        if (connect is null)
            return default;
        var sidecar = connect.Object("SidecarService") ?? connect.Object("sidecar_service");
        return (connect.Bool("Native"), sidecar is null ? null : Read(sidecar), true);
    }

    private static ServiceWeights? ReadWeights(BodyReader? weights)
    {
        if (weights is null)
            return null;
        var read = new ServiceWeights(weights.Int("Passing"), weights.Int("Warning"));
        weights.End();
        return read;
    }

    private static Dictionary<string, ServiceAddress>? ReadAddresses(BodyReader body, string name)
    {
        if (body.Map(name, "structs.ServiceAddress") is not { } entries)
            return null;
        var addresses = new Dictionary<string, ServiceAddress>(StringComparer.Ordinal);
        foreach (var (key, entry) in entries)
        {
            addresses[key] = new(entry.String("Address"), entry.Int("Port"));
            entry.End();
        }

        return addresses;
    }
}
