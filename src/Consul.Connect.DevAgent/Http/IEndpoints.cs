namespace ConsulConnect.DevAgent.Http;

/// <summary>A few calls of the HTTP API that belong together.</summary>
internal interface IEndpoints
{
    void Map(RouteTable routes);
}
