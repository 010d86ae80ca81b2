namespace ConsulConnect.DevAgent.Services;

/// <summary>A service as it was registered.</summary>
internal sealed record ServiceDefinition
{
    public string Kind { get; init; } = "";

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Null: none were sent, so that a sidecar takes those of its service.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    public string Address { get; init; } = "";

    public IReadOnlyDictionary<string, ServiceAddress> TaggedAddresses { get; init; } = new Dictionary<string, ServiceAddress>();

    /// <summary>Null: none were sent.</summary>
    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    public int Port { get; init; }

    public string SocketPath { get; init; } = "";

    /// <summary>Null: none were sent.</summary>
    public ServiceWeights? Weights { get; init; }

    public bool EnableTagOverride { get; init; }

    public IReadOnlyList<CheckDefinition> Checks { get; init; } = [];

    /// <summary>Null: none was sent.</summary>
    public ProxyDefinition? Proxy { get; init; }

    public bool IsNative { get; init; }

    public ServiceDefinition? Sidecar { get; init; }

    /// <summary>Inside a sidecar: it wants one itself, which Consul refuses.</summary>
    public bool HasConnect { get; init; }

    /// <summary>The instance's own name in the agent.</summary>
    public string InstanceId => Id != "" ? Id : Name;

    public bool IsProxy => Kind == ServiceKinds.ConnectProxy;
}
