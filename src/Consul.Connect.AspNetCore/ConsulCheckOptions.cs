namespace ConsulConnect;

/// <summary>
/// One check of Consul's service definition. Exactly one kind is set: <see cref="Ttl"/>, or <see cref="Http"/>, <see cref="Tcp"/>,
/// <see cref="Udp"/>, <see cref="Grpc"/>, <see cref="H2Ping"/>, <see cref="Args"/> or <see cref="OsService"/> with an
/// <see cref="Interval"/>, or <see cref="AliasService"/> or <see cref="AliasNode"/>. What is not set is not sent.
/// </summary>
public sealed class ConsulCheckOptions
{
    /// <summary>The check's id, unique on one agent. Default: <c>service:</c> and the instance's id, with a number where there are several.</summary>
    public string? Id { get; set; }

    /// <summary>The name shown. Default: the agent's.</summary>
    public string? Name { get; set; }

    /// <summary>A note for operators.</summary>
    public string? Notes { get; set; }

    /// <summary>The status the check starts with: <c>passing</c>, <c>warning</c> or <c>critical</c>. Default: the app's present health.</summary>
    public string? Status { get; set; }

    /// <summary>How long a report of the app's health counts; one is sent at every third of it. At least 1 s.</summary>
    public TimeSpan? Ttl { get; set; }

    /// <summary>An <c>http(s)</c> URL the agent gets. Not on the mesh endpoint: the agent has no mesh certificate.</summary>
    public string? Http { get; set; }

    /// <summary>The HTTP method. Default: the agent's, GET.</summary>
    public string? Method { get; set; }

    /// <summary>Headers of the HTTP request. Default none.</summary>
    public IDictionary<string, IList<string>> Header { get; } = new Dictionary<string, IList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The body of the HTTP request.</summary>
    public string? Body { get; set; }

    /// <summary>Whether redirects count as an answer instead of being followed. Default null: true, so that nobody else's answer counts for ours; agents before 1.11.5 do not know it, and it is left out there.</summary>
    public bool? DisableRedirects { get; set; }

    /// <summary>A <c>host:port</c> the agent connects to; may be the mesh endpoint's.</summary>
    public string? Tcp { get; set; }

    /// <summary>Whether the TCP check uses TLS (Consul 1.16.2). Not on the mesh endpoint.</summary>
    public bool? TcpUseTls { get; set; }

    /// <summary>A <c>host:port</c> the agent sends a datagram to (Consul 1.12).</summary>
    public string? Udp { get; set; }

    /// <summary>A <c>host:port</c>, with <c>/service</c> if wanted, of a gRPC health service. Not on the mesh endpoint.</summary>
    public string? Grpc { get; set; }

    /// <summary>Whether the gRPC check uses TLS.</summary>
    public bool? GrpcUseTls { get; set; }

    /// <summary>A <c>host:port</c> the agent pings over HTTP/2 (Consul 1.10). Not on the mesh endpoint.</summary>
    public string? H2Ping { get; set; }

    /// <summary>Whether the HTTP/2 ping uses TLS.</summary>
    public bool? H2PingUseTls { get; set; }

    /// <summary>A command the agent runs, where it is allowed to. Default none.</summary>
    public IList<string> Args { get; } = [];

    /// <summary>A service of the operating system (Consul 1.14).</summary>
    public string? OsService { get; set; }

    /// <summary>The instance whose state this check takes over.</summary>
    public string? AliasService { get; set; }

    /// <summary>The node of <see cref="AliasService"/>, default: this agent's. Alone: the node whose state this check takes over.</summary>
    public string? AliasNode { get; set; }

    /// <summary>How often the agent looks; required for the kinds the agent runs.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>How long the agent waits for an answer. Default: the agent's, 10 s.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Whether the agent does not verify the certificate it is shown.</summary>
    public bool? TlsSkipVerify { get; set; }

    /// <summary>The name the agent expects in that certificate (Consul 1.9).</summary>
    public string? TlsServerName { get; set; }

    /// <summary>How often in a row the check must succeed to pass (Consul 1.7).</summary>
    public int? SuccessBeforePassing { get; set; }

    /// <summary>How often in a row it must fail to warn (Consul 1.11).</summary>
    public int? FailuresBeforeWarning { get; set; }

    /// <summary>How often in a row it must fail to become critical (Consul 1.7).</summary>
    public int? FailuresBeforeCritical { get; set; }

    /// <summary>The most output kept, in bytes. Default: the agent's, 4096.</summary>
    public int? OutputMaxSize { get; set; }

    /// <summary>
    /// After how long in the critical state the agent removes the instance: what cleans up behind a crash. The agent takes at least
    /// 1 min and looks every 30 s. Default null: never; in the check that is registered where none is defined, 10 min.
    /// </summary>
    public TimeSpan? DeregisterCriticalServiceAfter { get; set; }

    /// <summary>Where it stands in the definition it was read from, such as <c>Checks:0</c>; null when it was set in code.</summary>
    internal string? Place { get; init; }
}
