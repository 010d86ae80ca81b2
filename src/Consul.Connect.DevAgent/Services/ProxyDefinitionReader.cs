using System.Text.Json;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Services;

internal static class ProxyDefinitionReader
{
    public static ProxyDefinition Read(BodyReader body)
    {
        var proxy = new ProxyDefinition
        {
            DestinationServiceName = Text(body, "DestinationServiceName", "destination_service_name"),
            DestinationServiceId = Text(body, "DestinationServiceID", "destination_service_id"),
            LocalServiceAddress = Text(body, "LocalServiceAddress", "local_service_address"),
            LocalServicePort = body.Int("LocalServicePort") | body.Int("local_service_port"),
            LocalServiceSocketPath = Text(body, "LocalServiceSocketPath", "local_service_socket_path"),
            Mode = body.String("Mode"),
            Config = Json(body.Raw("Config")),
            Expose = Json(body.Raw("Expose")),
            MeshGatewayMode = ReadMode(body),
            Upstreams = [.. (body.Objects("Upstreams") ?? []).Select(ReadUpstream)],
        };
        body.Ignore("TransparentProxy", "transparent_proxy", "MutualTLSMode", "EnvoyExtensions", "AccessLogs", "access_logs");
        body.End();
        return proxy;
    }

    private static UpstreamDefinition ReadUpstream(BodyReader body)
    {
        var upstream = new UpstreamDefinition
        {
            DestinationType = Text(body, "DestinationType", "destination_type"),
            DestinationName = Text(body, "DestinationName", "destination_name"),
            Datacenter = body.String("Datacenter"),
            LocalBindAddress = Text(body, "LocalBindAddress", "local_bind_address"),
            LocalBindPort = body.Int("LocalBindPort") | body.Int("local_bind_port"),
            LocalBindSocketPath = Text(body, "LocalBindSocketPath", "local_bind_socket_path"),
            Config = Json(body.Raw("Config")),
            MeshGatewayMode = ReadMode(body),
        };
        body.Ignore("DestinationNamespace", "destination_namespace", "DestinationPartition", "destination_partition", "DestinationPeer", "destination_peer", "LocalBindSocketMode", "local_bind_socket_mode", "IngressHosts", "CentrallyConfigured");
        body.End();
        return upstream;
    }

    private static string ReadMode(BodyReader body)
    {
        var gateway = body.Object("MeshGateway") ?? body.Object("mesh_gateway");
        var mode = gateway?.String("Mode") ?? "";
        gateway?.End();
        return mode;
    }

    private static string Text(BodyReader body, string name, string snake) => body.String(name) is { Length: > 0 } text ? text : body.String(snake);

    private static string? Json(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : element.GetRawText();
}
