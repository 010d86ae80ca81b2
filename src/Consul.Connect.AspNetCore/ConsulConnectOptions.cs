namespace ConsulConnect;

/// <summary>
/// How this app reaches its Consul agent and joins the mesh; mirrors the <c>Consul</c> section of the configuration.
/// All values are validated at start, all faults at once.
/// </summary>
public sealed class ConsulConnectOptions
{
    internal const string DefaultEndpoint = "Connect";

    /// <summary>
    /// The local agent: <c>http://</c>, <c>https://</c> or <c>unix://</c>. Default: <c>CONSUL_HTTP_ADDR</c>, else
    /// <c>http://127.0.0.1:8500</c>. Plain <c>http</c> with a token to anything but loopback is refused unless
    /// <see cref="AllowInsecureAgent"/> is set, because the agent's answers carry this service's private key.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>The ACL token, sent only in the <c>X-Consul-Token</c> header. Default: <c>CONSUL_HTTP_TOKEN</c>, else none. Excludes <see cref="TokenFile"/>.</summary>
    public string? Token { get; set; }

    /// <summary>A file holding the ACL token; read again when it changes, and every watch restarts with the new one. Default: <c>CONSUL_HTTP_TOKEN_FILE</c>.</summary>
    public string? TokenFile { get; set; }

    /// <summary>The datacenter sent with calls that take one. Default: the agent's own.</summary>
    public string? Datacenter { get; set; }

    /// <summary>The Enterprise namespace of this service. Empty and <c>default</c> are never sent: a community agent refuses both. Default: <c>CONSUL_NAMESPACE</c>.</summary>
    public string? Namespace { get; set; }

    /// <summary>The Enterprise admin partition of this service. Empty and <c>default</c> are never sent. Default: <c>CONSUL_PARTITION</c>.</summary>
    public string? Partition { get; set; }

    /// <summary>
    /// How long one blocking query may wait, 1 s to 10 min. Default 25 s, which survives agents that cut long requests;
    /// <c>2s</c> works as the short polling that Consul's documentation describes.
    /// </summary>
    public TimeSpan WaitTime { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// The most connections this identity opens to the agent, at least 6. Default 12; an agent allows 200 for all processes
    /// behind one client address (<c>limits.http_max_conns_per_client</c>).
    /// </summary>
    public int MaxConnections { get; set; } = 12;

    /// <summary>Allows plain <c>http</c> with a token to an agent that is not on loopback. Default false.</summary>
    public bool AllowInsecureAgent { get; set; }

    /// <summary>TLS towards the agent; the files are read again when they change.</summary>
    public ConsulTlsOptions Tls { get; } = new();

    /// <summary>This app as an entry of Consul's catalog. Its presence means registration, unless <see cref="ConsulRegistrationOptions.Enabled"/> is false.</summary>
    public ConsulServiceOptions? Service { get; set; }

    /// <summary>Whether and how the entry is kept.</summary>
    public ConsulRegistrationOptions Registration { get; } = new();

    /// <summary>The mesh: identity, authorization, limits.</summary>
    public ConnectOptions Connect { get; } = new();

    /// <summary>The name of the Kestrel endpoint that serves the mesh, as in <c>Kestrel:Endpoints:Connect</c>. Default <c>Connect</c>. Set in code only.</summary>
    public string Endpoint { get; set; } = DefaultEndpoint;

    internal AgentOrigins Origins { get; } = new();

    /// <summary>The key of one of several identities of the process; null for the one that needs none.</summary>
    internal string? Identity { get; init; }

    /// <summary>Where <see cref="Service"/> stands in the configuration.</summary>
    internal string DefinitionPath => Identity is null ? "Consul:Service" : $"Consul:Services:{Identity}";

    /// <summary>The name this app goes by in the mesh: set and valid once the options are.</summary>
    internal string? ServiceName => Connect.Service ?? Service?.Name;
}
