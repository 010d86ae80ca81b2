namespace ConsulConnect;

/// <summary>What only Consul's environment variables can say, and where the address came from.</summary>
internal sealed class AgentOrigins
{
    /// <summary>The key or variable the address was read from, for messages.</summary>
    public string Address { get; set; } = "the default";

    /// <summary>CONSUL_HTTP_AUTH: <c>user:password</c> for basic authentication, else null.</summary>
    public string? BasicAuth { get; set; }

    /// <summary>CONSUL_HTTP_SSL: whether an address without scheme, or a unix socket, speaks TLS.</summary>
    public bool UseTls { get; set; }

    /// <summary>CONSUL_HTTP_SSL_VERIFY: false only when that variable says so.</summary>
    public bool VerifyAgent { get; set; } = true;
}
