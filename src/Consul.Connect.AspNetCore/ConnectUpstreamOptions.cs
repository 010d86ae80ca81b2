namespace ConsulConnect;

/// <summary>How one service is called: <c>Consul:Connect:Upstreams:&lt;name&gt;</c>, where the name is the first label of the host name.</summary>
public sealed class ConnectUpstreamOptions
{
    /// <summary>The service's name in the catalog, where it differs from the key. Default: the key.</summary>
    public string? Service { get; set; }

    /// <summary>The datacenter to ask. Default: the agent's own. One in the host name that differs is an error.</summary>
    public string? Datacenter { get; set; }

    /// <summary>The Enterprise namespace. Default: this service's own.</summary>
    public string? Namespace { get; set; }

    /// <summary>The Enterprise admin partition. Default: this service's own.</summary>
    public string? Partition { get; set; }

    /// <summary>What the service speaks. Default <see cref="ConnectProtocol.Http1"/>.</summary>
    public ConnectProtocol Protocol { get; set; } = ConnectProtocol.Http1;

    /// <summary>How requests are spread. Default <see cref="ConnectBalancing.RoundRobin"/>.</summary>
    public ConnectBalancing Balancer { get; set; } = ConnectBalancing.RoundRobin;

    /// <summary>A balancer of the app's own, in code only; wins over <see cref="Balancer"/>. Default null.</summary>
    public IConnectBalancer? CustomBalancer { get; set; }

    /// <summary>Whether instances in the state warning are left out, as Consul's Go library does. Default false: they stay, with their weight for it.</summary>
    public bool OnlyPassing { get; set; }

    /// <summary>How often one request may be sent again, 0 to 5. Default 2. Only idempotent requests, and those that were provably not sent.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>A fixed address, <c>host:port</c>, instead of discovery; needs <see cref="Identity"/>. Default null.</summary>
    public string? Address { get; set; }

    /// <summary>The SPIFFE ID that the fixed address must prove. Default null.</summary>
    public string? Identity { get; set; }
}

/// <summary>What a service speaks.</summary>
public enum ConnectProtocol
{
    /// <summary><c>http1</c>: HTTP/1.1.</summary>
    Http1,

    /// <summary><c>http2</c>: HTTP/2, gRPC included.</summary>
    Http2,
}
