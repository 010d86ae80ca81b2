namespace ConsulConnect.Certificates;

/// <summary>Which end of the connection the peer is.</summary>
internal enum PeerRole
{
    Caller,
    Upstream,
}
