namespace ConsulConnect;

/// <summary>The mesh side of the app: the <c>Consul:Connect</c> section.</summary>
public sealed class ConnectOptions
{
    /// <summary>The service this app is in the mesh: the name in its leaf certificate. Default: <see cref="ConsulServiceOptions.Name"/>.</summary>
    public string? Service { get; set; }

    /// <summary>How callers are authorized.</summary>
    public ConnectAuthorizationOptions Authorization { get; } = new();

    /// <summary>How requests are read before intentions see them.</summary>
    public ConnectRequestNormalizationOptions RequestNormalization { get; } = new();

    /// <summary>How services are called, by the first label of their host name. Default: none, which is the default for each.</summary>
    public IDictionary<string, ConnectUpstreamOptions> Upstreams { get; } = new Dictionary<string, ConnectUpstreamOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The time a TLS handshake may take, and the first one waits for the first certificate; absolute, 100 ms to 60 s. Default 5 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many TLS handshakes may be under way on the mesh listeners, at least 1. Default 256. When all are taken, the oldest
    /// connection that has not sent a complete ClientHello is closed for the newcomer.
    /// </summary>
    public int MaxConcurrentHandshakes { get; set; } = 256;

    /// <summary>Identity from files instead of an agent. Default null.</summary>
    public ConnectCertificateFiles? Certificates { get; set; }
}
