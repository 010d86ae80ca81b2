namespace ConsulConnect.DevAgent.Services;

internal enum CheckKind
{
    Ttl,
    Http,
    Tcp,
    Alias,
    Script,

    /// <summary>Known to Consul; this agent takes it and never runs it.</summary>
    Other,
}
