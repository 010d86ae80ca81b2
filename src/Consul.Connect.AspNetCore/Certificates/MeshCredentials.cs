using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>
/// One identity at one moment: leaf, roots and everything TLS needs of them, made once and replaced whole. A replaced one is left
/// to the garbage collector, because a handshake under way may still hold it.
/// </summary>
internal sealed class MeshCredentials
{
    /// <summary>Counts up with every publication of this source.</summary>
    public required long Generation { get; init; }

    /// <summary>This service as its own leaf names it.</summary>
    public required ConnectPeer Self { get; init; }

    /// <summary>The leaf with its key.</summary>
    public required X509Certificate2 Leaf { get; init; }

    /// <summary>The leaf with the intermediates to send, in both roles; made offline.</summary>
    public required SslStreamCertificateContext Context { get; init; }

    /// <summary>Verifies callers: Consul's roots only, EKU clientAuth, no revocation, no downloads. SslStream clones it per handshake.</summary>
    public required X509ChainPolicy CallerPolicy { get; init; }

    /// <summary>Verifies the services we call: the same with EKU serverAuth.</summary>
    public required X509ChainPolicy UpstreamPolicy { get; init; }

    /// <summary>The trust domain of these roots; every peer must be of it.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>Callers whose certificate was verified under these roots.</summary>
    public required VerifiedPeers Verified { get; init; }

    /// <summary>How many roots are trusted, for diagnostics.</summary>
    public required int RootCount { get; init; }

    public DateTimeOffset NotAfter => Self.NotAfter;

    /// <summary>What verifies peers in this role.</summary>
    public X509ChainPolicy Policy(PeerRole role) => role is PeerRole.Caller ? CallerPolicy : UpstreamPolicy;
}
