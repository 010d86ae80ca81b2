using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Node;

/// <summary>A lone server is its own leader.</summary>
internal sealed class StatusEndpoints : IEndpoints
{
    /// <summary>Where the servers of a cluster would speak to each other.</summary>
    public const string ServerAddress = "127.0.0.1:8300";

    public void Map(RouteTable routes)
    {
        routes.Get("/v1/status/leader", call => Task.FromResult(AgentReply.Json(ServerAddress)), ignoresNamespaces: true);
        routes.Get("/v1/status/peers", call => Task.FromResult(AgentReply.Json(new JsonArray(ServerAddress))), ignoresNamespaces: true);
    }
}
