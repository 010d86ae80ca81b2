namespace ConsulConnect.DevAgent.Services;

/// <summary>The part of a service that makes it a sidecar of another one.</summary>
internal sealed record ProxyDefinition
{
    public string DestinationServiceName { get; init; } = "";

    public string DestinationServiceId { get; init; } = "";

    public string LocalServiceAddress { get; init; } = "";

    public int LocalServicePort { get; init; }

    public string LocalServiceSocketPath { get; init; } = "";

    public string Mode { get; init; } = "";

    /// <summary>As it was sent, as JSON text; null: it was not.</summary>
    public string? Config { get; init; }

    /// <summary>As JSON text.</summary>
    public string? Expose { get; init; }

    public string MeshGatewayMode { get; init; } = "";

    public IReadOnlyList<UpstreamDefinition> Upstreams { get; init; } = [];
}
