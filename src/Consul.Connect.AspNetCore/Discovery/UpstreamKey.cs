namespace ConsulConnect.Discovery;

/// <summary>What is asked of the agent: upstreams that agree in it share one watch. Empty: what this app or the agent has by itself.</summary>
internal readonly record struct UpstreamKey(ConnectTargetKind Kind, string Name, string Datacenter, string Namespace, string Partition, bool OnlyPassing)
{
    public static UpstreamKey Of(ConnectTarget target, ConnectUpstreamOptions options) =>
        new(target.Kind, target.Name, target.Datacenter ?? "", target.Namespace ?? "", target.Partition ?? "", options.OnlyPassing);

    public override string ToString() => $"{Name}.{(Kind == ConnectTargetKind.Query ? "query" : "service")}{(Datacenter.Length > 0 ? "." + Datacenter : "")}.consul";
}
