namespace ConsulConnect;

/// <summary>How one mesh listener differs.</summary>
public sealed class ConnectListenOptions
{
    /// <summary>
    /// True for a <c>ConnectionHandler</c> that speaks its own protocol: nothing is read before it runs (a server may speak
    /// first) and no ALPN is agreed. Callers whose intention decides per request are refused. Default false: HTTP.
    /// </summary>
    public bool Raw { get; set; }

    /// <summary>Which identity of the process serves here: the name given to <c>UseConsulConnect("billing")</c>. Default null: the one without a name.</summary>
    public string? As { get; set; }
}
