using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Certificate in, identity or reason out. No I/O, no logger; never throws.</summary>
internal static class PeerVerifier
{
    /// <summary>Judges what a handshake shows: the chain as SslStream has built it under the credentials' policy, then the leaf's rules and identity.</summary>
    public static PeerVerdict Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, MeshCredentials credentials, PeerRole role)
    {
        try
        {
            if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
                return PeerVerdict.Refuse(PeerRefusal.NoCertificate, "The peer presented no certificate.");
            if (certificate is X509Certificate2 leaf)
                return Verify(leaf, chain, errors, credentials, role);
            using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return Verify(copy, chain, errors, credentials, role);
        }
        catch (Exception e)
        {
            // A bug here must cost a connection, never open one.
            return PeerVerdict.Refuse(PeerRefusal.VerifierFault, $"The certificate could not be judged ({e.GetType().Name}).");
        }
    }

    private static PeerVerdict Verify(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors, MeshCredentials credentials, PeerRole role)
    {
        if (ChainRules.Broken(leaf, chain, errors, credentials, role) is { } refusal)
            return refusal;

        var key = VerifiedPeers.Key.Of(leaf, role);
        if (credentials.Verified.Find(key) is { } known)
            return PeerVerdict.Accept(known);

        if (!ChainRules.IsStronglySigned(chain!))
            return PeerVerdict.Refuse(PeerRefusal.Chain, "A certificate above the peer's is signed with an algorithm that is too weak or unknown.");
        var verdict = Read(leaf, credentials.TrustDomain, role);
        if (verdict.Peer is { } peer)
            credentials.Verified.Remember(key, peer);
        return verdict;
    }

    /// <summary>The leaf's rules and identity; says nothing about its chain.</summary>
    /// <param name="trustDomain">Null: any.</param>
    public static PeerVerdict Read(X509Certificate2 leaf, string? trustDomain, PeerRole role)
    {
        if (LeafRules.Broken(leaf, role) is { } rule)
            return PeerVerdict.Refuse(PeerRefusal.LeafRules, $"The certificate {rule}.");
        if (SubjectNames.Uri(leaf, out var fault) is not { } uri)
            return PeerVerdict.Refuse(PeerRefusal.SubjectAlternativeName, $"The certificate {fault}.");
        if (!SpiffeId.TryParse(uri, out var id, out fault))
            return PeerVerdict.Refuse(PeerRefusal.SpiffeId, $"The certificate's SPIFFE ID {fault}.");
        if (id.Kind is not SpiffeKind.Service)
            return PeerVerdict.Refuse(PeerRefusal.NotAService, $"The certificate names {Name(id.Kind)}, not a service.");
        if (trustDomain is not null && !string.Equals(id.TrustDomain, trustDomain, StringComparison.Ordinal))
            return PeerVerdict.Refuse(PeerRefusal.TrustDomain, $"The certificate is of the trust domain {Short(id.TrustDomain)}, not of {trustDomain}.");

        return PeerVerdict.Accept(new(id.ToString(), id.TrustDomain, id.Partition, id.Namespace, id.Datacenter, id.Service, Serial(leaf), leaf.NotAfter.ToUniversalTime()));
    }

    // As Consul writes it: 0a:1b:2c.
    private static string Serial(X509Certificate2 leaf) => Convert.ToHexStringLower(leaf.SerialNumberBytes.Span) is { Length: > 2 } hex
        ? string.Join(':', hex.Chunk(2).Select(pair => new string(pair)))
        : Convert.ToHexStringLower(leaf.SerialNumberBytes.Span);

    private static string Short(string trustDomain) => trustDomain.Length <= 128 ? trustDomain : $"{trustDomain.AsSpan(0, 128)}…";

    private static string Name(SpiffeKind kind) => kind switch
    {
        SpiffeKind.Agent => "an agent",
        SpiffeKind.Server => "a Consul server",
        SpiffeKind.MeshGateway => "a mesh gateway",
        SpiffeKind.Workload => "a workload",
        _ => "a trust domain",
    };
}
