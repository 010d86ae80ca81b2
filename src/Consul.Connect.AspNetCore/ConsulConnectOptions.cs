namespace ConsulConnect;

/// <summary>
/// How this app reaches its Consul agent and joins the mesh; mirrors the <c>Consul</c> section of the configuration.
/// All values are validated at start, all faults at once.
/// </summary>
public sealed class ConsulConnectOptions
{
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
    /// The most connections this process opens to the agent, at least 6. Default 12; an agent allows 200 for all processes
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
    public string Endpoint { get; set; } = "Connect";

    internal AgentOrigins Origins { get; } = new();
}

/// <summary>TLS towards the agent. A set member also turns on TLS for a <c>unix://</c> address.</summary>
public sealed class ConsulTlsOptions
{
    /// <summary>PEM file with the CA certificates that may sign the agent's certificate. Default: <c>CONSUL_CACERT</c>, else the system's store.</summary>
    public string? CaFile { get; set; }

    /// <summary>Folder of PEM files with such CA certificates. Default: <c>CONSUL_CAPATH</c>.</summary>
    public string? CaPath { get; set; }

    /// <summary>PEM file with the client certificate and its chain. Needs <see cref="KeyFile"/>. Default: <c>CONSUL_CLIENT_CERT</c>.</summary>
    public string? CertFile { get; set; }

    /// <summary>PEM file with the client certificate's private key. Default: <c>CONSUL_CLIENT_KEY</c>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The name expected in the agent's certificate. Default: <c>CONSUL_TLS_SERVER_NAME</c>, else the host of the address.</summary>
    public string? ServerName { get; set; }
}

/// <summary>Consul's own service definition: the entry this app keeps in the catalog while it serves.</summary>
public sealed class ConsulServiceOptions
{
    /// <summary>The service name; callers and intentions know this app by it. Required.</summary>
    public string? Name { get; set; }

    /// <summary>The instance id, unique on one agent. Default: the name, the machine's name and the port.</summary>
    public string? Id { get; set; }

    /// <summary>The address callers dial. Default: what the mesh listener is bound to; for a wildcard bind the agent's node address.</summary>
    public string? Address { get; set; }

    /// <summary>The port callers dial. Default 0: the port the mesh listener is really bound to.</summary>
    public int Port { get; set; }

    /// <summary>Tags of the instance. Default none.</summary>
    public IList<string> Tags { get; } = [];

    /// <summary>Metadata of the instance. Default none.</summary>
    public IDictionary<string, string> Meta { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>Our switches of the registration.</summary>
public sealed class ConsulRegistrationOptions
{
    /// <summary>False when something else registers this instance, such as Nomad or Kubernetes. Default true.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>The mesh side of the app: the <c>Consul:Connect</c> section.</summary>
public sealed class ConnectOptions
{
    /// <summary>The service this app is in the mesh: the name in its leaf certificate. Default: <see cref="ConsulServiceOptions.Name"/>.</summary>
    public string? Service { get; set; }

    /// <summary>How callers are authorized.</summary>
    public ConnectAuthorizationOptions Authorization { get; } = new();

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

/// <summary>How callers are authorized: the <c>Consul:Connect:Authorization</c> section.</summary>
public sealed class ConnectAuthorizationOptions
{
    /// <summary>Who decides. Default <see cref="ConnectAuthorizationProvider.Intentions"/>. The provider never changes by itself.</summary>
    public ConnectAuthorizationProvider Provider { get; set; } = ConnectAuthorizationProvider.Intentions;

    /// <summary>What holds for a caller no intention names. Default <see cref="ConnectDefaultPolicy.FromAgent"/>.</summary>
    public ConnectDefaultPolicy DefaultPolicy { get; set; } = ConnectDefaultPolicy.FromAgent;

    /// <summary>The pace at which intentions are read on an agent that offers nothing to wait on, 50 ms to 60 s, with jitter. Default 500 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How old what the agent said may become before new connections are refused, 5 s to 24 h. Default null: as long as this
    /// service's own leaf is valid, never longer.
    /// </summary>
    public TimeSpan? MaxStaleness { get; set; }
}

/// <summary>Who decides whether a caller may connect.</summary>
public enum ConnectAuthorizationProvider
{
    /// <summary>Intentions cached from the agent and kept fresh; no call per connection.</summary>
    Intentions,

    /// <summary>One <c>/v1/agent/connect/authorize</c> call per connection, answers kept for 250 ms; as Consul's Go library does.</summary>
    Agent,
}

/// <summary>What holds for a caller no intention names.</summary>
public enum ConnectDefaultPolicy
{
    /// <summary>What the agent answers for a caller that no intention can name; unknown means denied.</summary>
    FromAgent,

    /// <summary>Such callers are allowed.</summary>
    Allow,

    /// <summary>Such callers are denied.</summary>
    Deny,
}

/// <summary>Leaf, key and roots in PEM files, read again when they change: the <c>Consul:Connect:Certificates</c> section.</summary>
public sealed class ConnectCertificateFiles
{
    /// <summary>The leaf, first, and its intermediates.</summary>
    public string? CertFile { get; set; }

    /// <summary>The leaf's private key, not encrypted.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The roots that callers' certificates must chain to.</summary>
    public string? CaFile { get; set; }
}
