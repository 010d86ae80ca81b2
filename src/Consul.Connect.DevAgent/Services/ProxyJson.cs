using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Services;

/// <summary>The part of a sidecar as Consul's answers show it.</summary>
internal static class ProxyJson
{
    public static JsonObject Write(ProxyDefinition proxy, bool isInCatalog)
    {
        var json = new JsonObject();
        json.AddText("DestinationServiceName", proxy.DestinationServiceName);
        json.AddText("DestinationServiceID", proxy.DestinationServiceId);
        json.AddText("LocalServiceAddress", proxy.LocalServiceAddress);
        if (proxy.LocalServicePort != 0)
            json.Add("LocalServicePort", proxy.LocalServicePort);
        json.AddText("LocalServiceSocketPath", proxy.LocalServiceSocketPath);
        if (isInCatalog || proxy.Mode != "")
            json.Add("Mode", proxy.Mode);
        if (proxy.Config is not null)
            json.Add("Config", JsonNode.Parse(proxy.Config));
        if (proxy.Upstreams.Count > 0)
            json.Add("Upstreams", new JsonArray([.. proxy.Upstreams.Select(Write)]));
        json.Add("MeshGateway", ModeOf(proxy.MeshGatewayMode));
        json.Add("Expose", proxy.Expose is null ? new JsonObject() : JsonNode.Parse(proxy.Expose));
        return json;
    }

    private static JsonObject Write(UpstreamDefinition upstream)
    {
        var json = new JsonObject
        {
            ["DestinationType"] = upstream.DestinationType == "" ? "service" : upstream.DestinationType,
            ["DestinationName"] = upstream.DestinationName,
            ["Datacenter"] = upstream.Datacenter,
        };
        json.AddText("LocalBindAddress", upstream.LocalBindAddress);
        if (upstream.LocalBindPort != 0)
            json.Add("LocalBindPort", upstream.LocalBindPort);
        json.AddText("LocalBindSocketPath", upstream.LocalBindSocketPath);
        json.Add("Config", upstream.Config is null ? null : JsonNode.Parse(upstream.Config));
        json.Add("MeshGateway", ModeOf(upstream.MeshGatewayMode));
        return json;
    }

    private static JsonObject ModeOf(string mode)
    {
        var json = new JsonObject();
        json.AddText("Mode", mode);
        return json;
    }
}
