namespace ConsulConnect.DevAgent.Services;

internal sealed record UpstreamDefinition
{
    public string DestinationType { get; init; } = "";

    public string DestinationName { get; init; } = "";

    public string Datacenter { get; init; } = "";

    public string LocalBindAddress { get; init; } = "";

    public int LocalBindPort { get; init; }

    public string LocalBindSocketPath { get; init; } = "";

    public string MeshGatewayMode { get; init; } = "";

    /// <summary>As it was sent, as JSON text; null: it was not.</summary>
    public string? Config { get; init; }
}
