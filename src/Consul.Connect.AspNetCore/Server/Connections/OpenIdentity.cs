using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>One caller, by its identity, with all its open connections of one kind: judged once for all of them.</summary>
internal sealed class OpenIdentity(ConnectionRegistry registry, ConnectPeer caller, ConnectionKind kind)
{
    /// <summary>Any of its connections' caller: they differ in their certificates alone.</summary>
    public ConnectPeer Caller { get; } = caller;

    public ConnectionKind Kind { get; } = kind;

    /// <summary>Its connections; read and written under the registry's lock.</summary>
    public HashSet<OpenConnection> Connections { get; } = [];

    /// <summary>The generation its requests were judged in last; the sweep's own.</summary>
    public long RequestsJudged { get; set; }

    /// <summary>Whether some of its requests have lost their right and not ended yet; the sweep's own.</summary>
    public bool HasLostRequests { get; set; }

    /// <summary>Its connections at this moment.</summary>
    public OpenConnection[] Snapshot() => registry.ConnectionsOf(this);

    public void Leave(OpenConnection connection) => registry.Leave(connection);
}
