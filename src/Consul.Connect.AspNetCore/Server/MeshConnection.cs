namespace ConsulConnect.Server;

/// <summary>
/// What our own middleware knows of one connection, from its first byte on. Only the handshake's validation callback writes the
/// peer, and only code that finds this feature on the connection treats it as a mesh connection.
/// </summary>
internal sealed class MeshConnection : IConnectPeerFeature
{
    private ConnectPeer? _peer;

    /// <summary>The verified caller; null until the handshake has proved one.</summary>
    public ConnectPeer? Verified => _peer;

    /// <summary>A complete ClientHello arrived: from here on a failure is a failed handshake, not a port scan.</summary>
    public bool HelloSeen { get; set; }

    /// <summary>The reason of the failure has been counted.</summary>
    public bool Counted { get; set; }

    ConnectPeer IConnectPeerFeature.Peer => _peer ?? throw new InvalidOperationException("The handshake of this connection has not finished.");

    public void Verify(ConnectPeer peer) => _peer = peer;
}
