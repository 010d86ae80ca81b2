using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>A service in the three forms in which Consul's answers show it.</summary>
internal static class ServiceJson
{
    private const int HashBytes = 8;
    private static readonly ServiceWeights DefaultWeights = new(1, 1);

    /// <summary>As the agent lists it.</summary>
    /// <param name="instance">The service.</param>
    /// <param name="datacenter">The agent's.</param>
    /// <param name="hash">Of the answer for one instance; null: the answer has none.</param>
    public static JsonObject ForAgent(ServiceInstance instance, string datacenter, string? hash = null)
    {
        var service = instance.Definition;
        var json = new JsonObject();
        json.AddText("Kind", service.Kind);
        json.Add("ID", service.Id);
        json.Add("Service", service.Name);
        json.Add("Tags", instance.Tags.ToJson());
        json.Add("Meta", MetaOf(service).ToJson());
        json.Add("Port", service.Port);
        json.Add("Address", service.Address);
        json.AddText("SocketPath", service.SocketPath);
        AddAddresses(json, "TaggedAddresses", AddressesOf(service, null));
        json.Add("Weights", (service.Weights ?? DefaultWeights).ToJson());
        json.Add("EnableTagOverride", service.EnableTagOverride);
        json.AddText("ContentHash", hash ?? "");
        if (HasProxy(service))
            json.Add("Proxy", ProxyJson.Write(service.Proxy ?? new(), isInCatalog: false));
        if (service.IsNative)
            json.Add("Connect", new JsonObject { ["Native"] = true });
        json.Add("Datacenter", datacenter);
        return json;
    }

    /// <summary>As health answers show it beside its node.</summary>
    public static JsonObject ForHealth(ServiceInstance instance, CatalogTable table)
    {
        var service = instance.Definition;
        var json = new JsonObject();
        json.AddText("Kind", service.Kind);
        json.Add("ID", service.Id);
        json.Add("Service", service.Name);
        json.Add("Tags", instance.Tags.ToJson());
        json.Add("Address", service.Address);
        AddAddresses(json, "TaggedAddresses", AddressesOf(service, VirtualAddressOf(instance, table)));
        // Consul loses the empty map on its way between its parts.
        json.Add("Meta", MetaOf(service) is { Count: > 0 } meta ? meta.ToJson() : null);
        json.Add("Port", service.Port);
        json.AddText("SocketPath", service.SocketPath);
        json.Add("Weights", (service.Weights ?? DefaultWeights).ToJson());
        json.Add("EnableTagOverride", service.EnableTagOverride);
        json.Add("Proxy", CatalogProxyOf(service));
        json.Add("Connect", ConnectOf(service));
        json.Add("PeerName", "");
        json.Add("CreateIndex", instance.CreateIndex);
        json.Add("ModifyIndex", instance.ModifyIndex);
        return json;
    }

    /// <summary>As catalog answers show it, one flat object with its node.</summary>
    public static JsonObject ForCatalog(ServiceInstance instance, CatalogTable table, CatalogNode node)
    {
        var service = instance.Definition;
        var json = NodeJson.Write(node, metaName: "NodeMeta", withIndexes: false);
        json.Add("ServiceKind", service.Kind);
        json.Add("ServiceID", service.Id);
        json.Add("ServiceName", service.Name);
        json.Add("ServiceTags", instance.Tags.ToJson());
        json.Add("ServiceAddress", service.Address);
        AddAddresses(json, "ServiceTaggedAddresses", AddressesOf(service, VirtualAddressOf(instance, table)));
        json.Add("ServiceWeights", (service.Weights ?? DefaultWeights).ToJson());
        json.Add("ServiceMeta", MetaOf(service).ToJson());
        json.Add("ServicePort", service.Port);
        json.Add("ServiceSocketPath", service.SocketPath);
        json.Add("ServiceEnableTagOverride", service.EnableTagOverride);
        json.Add("ServiceProxy", CatalogProxyOf(service));
        json.Add("ServiceConnect", ConnectOf(service));
        json.Add("ServiceLocality", null);
        json.Add("CreateIndex", instance.CreateIndex);
        json.Add("ModifyIndex", instance.ModifyIndex);
        return json;
    }

    /// <summary>Equal for equal content.</summary>
    public static string HashOf(ServiceInstance instance)
    {
        var content = ForAgent(instance, "").ToJsonString();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, HashBytes));
    }

    private static bool HasProxy(ServiceDefinition service) => service.IsProxy || ServiceKinds.IsGateway(service.Kind);

    private static JsonObject CatalogProxyOf(ServiceDefinition service) => ProxyJson.Write(HasProxy(service) ? service.Proxy ?? new() : new(), isInCatalog: true);

    private static JsonObject ConnectOf(ServiceDefinition service) => service.IsNative ? new() { ["Native"] = true } : [];

    private static IReadOnlyDictionary<string, string> MetaOf(ServiceDefinition service) => service.Meta ?? new Dictionary<string, string>();

    private static ServiceAddress? VirtualAddressOf(ServiceInstance instance, CatalogTable table) =>
        instance.Destination is { } destination && table.VirtualAddresses.TryGetValue(destination, out var number)
            ? new(string.Create(CultureInfo.InvariantCulture, $"240.0.{number >> 8}.{number & 0xff}"), instance.Definition.Port)
            : null;

    private static Dictionary<string, ServiceAddress> AddressesOf(ServiceDefinition service, ServiceAddress? virtualAddress)
    {
        var addresses = new Dictionary<string, ServiceAddress>(service.TaggedAddresses, StringComparer.Ordinal);
        if (System.Net.IPAddress.TryParse(service.Address, out var ip))
        {
            var family = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ipv4" : "ipv6";
            var address = new ServiceAddress(service.Address, service.Port);
            addresses.TryAdd("lan_" + family, address);
            addresses.TryAdd("wan_" + family, address);
        }

        if (virtualAddress is not null)
            addresses.TryAdd("consul-virtual", virtualAddress);
        return addresses;
    }

    private static void AddAddresses(JsonObject json, string name, Dictionary<string, ServiceAddress> addresses)
    {
        if (addresses.Count > 0)
            json.Add(name, addresses.ToJson());
    }
}
