namespace ConsulConnect.Discovery;

/// <summary>The balancer of an upstream; one for each, because it remembers whose turn it is.</summary>
internal static class Balancers
{
    public static IConnectBalancer For(ConnectUpstreamOptions options) => options switch
    {
        { CustomBalancer: { } custom } => custom,
        { Balancer: ConnectBalancing.LeastRequests } => new LeastRequests(),
        _ => new RoundRobin(),
    };
}
