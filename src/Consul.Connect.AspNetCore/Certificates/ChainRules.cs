using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>What must hold of the chain that SslStream has built, before the leaf is looked at.</summary>
internal static class ChainRules
{
    private const int MaxCertificates = 5;
    private const int MaxBytes = 32 * 1024;

    public static PeerVerdict? Broken(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors, MeshCredentials credentials, PeerRole role)
    {
        // Leaves have no DNS names: the identity is the SPIFFE ID, and the dialer compares that.
        if (role is PeerRole.Upstream)
            errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (chain is null)
            return PeerVerdict.Refuse(PeerRefusal.Chain, "The peer's certificate was not verified.");
        if (errors is not SslPolicyErrors.None)
            return Refusal(leaf, chain);
        if (chain.ChainPolicy.TrustMode is not X509ChainTrustMode.CustomRootTrust)
            return PeerVerdict.Refuse(PeerRefusal.Chain, "The peer's certificate was not verified against the mesh's roots.");
        if (chain.ChainElements.Count > MaxCertificates || IsTooMuch(leaf, chain, credentials, role))
            return PeerVerdict.Refuse(PeerRefusal.Chain, "The peer sent more than 5 certificates or 32 KiB of them.");
        return null;
    }

    /// <summary>Whether every certificate between leaf and root bears a signature that counts; a root's own says nothing.</summary>
    public static bool IsStronglySigned(X509Chain chain)
    {
        for (var i = 1; i < chain.ChainElements.Count - 1; i++)
            if (!SignatureHash.IsStrong(chain.ChainElements[i].Certificate))
                return false;
        return true;
    }

    // SslStream appends what the peer sent to the policy's own certificates: with the leaf on one end, without it on the other.
    private static bool IsTooMuch(X509Certificate2 leaf, X509Chain chain, MeshCredentials credentials, PeerRole role)
    {
        var store = chain.ChainPolicy.ExtraStore;
        var count = 1;
        long bytes = leaf.RawDataMemory.Length;
        for (var i = credentials.Policy(role).ExtraStore.Count; i < store.Count; i++)
        {
            if (store[i].RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
                continue;
            count++;
            bytes += store[i].RawDataMemory.Length;
        }
        return count > MaxCertificates || bytes > MaxBytes;
    }

    private static PeerVerdict Refusal(X509Certificate2 leaf, X509Chain chain)
    {
        var status = X509ChainStatusFlags.NoError;
        foreach (var entry in chain.ChainStatus)
            status |= entry.Status;
        return status switch
        {
            X509ChainStatusFlags.NotTimeValid => PeerVerdict.Refuse(PeerRefusal.Expired, $"The certificate, valid from {leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}, or one above it is not valid now."),
            X509ChainStatusFlags.NoError => PeerVerdict.Refuse(PeerRefusal.Chain, "The certificate could not be verified."),
            _ => PeerVerdict.Refuse(PeerRefusal.Chain, $"The certificate does not chain to a root of this mesh ({status})."),
        };
    }
}
