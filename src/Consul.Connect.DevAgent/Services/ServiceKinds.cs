namespace ConsulConnect.DevAgent.Services;

internal static class ServiceKinds
{
    public const string ConnectProxy = "connect-proxy";

    public static bool IsGateway(string kind) => kind is "mesh-gateway" or "terminating-gateway" or "ingress-gateway" or "api-gateway";
}
