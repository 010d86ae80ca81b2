using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsulConnect.Agent;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>What the agent would say, and what we would make of it.</summary>
internal static class Given
{
    /// <summary>The first root is the active one.</summary>
    public static CaRoots Roots(params TestCa[] cas) =>
        new(cas[0].Id, cas[0].TrustDomain, [.. cas.Select(ca => Root(ca, isActive: ca == cas[0]))]);

    public static CaRoot Root(TestCa ca, bool isActive = false, params X509Certificate2[] intermediates) =>
        new(ca.Id, isActive, ca.CertificatePem, [.. intermediates.Select(c => c.ExportCertificatePem())]);

    public static IssuedLeaf Issued(TestCaLeaf leaf) =>
        new(leaf.Service, Encoding.UTF8.GetBytes(leaf.CertPem), Encoding.UTF8.GetBytes(leaf.PrivateKeyPem));

    /// <summary>A service named "api" that trusts these roots, the first of which issued its leaf.</summary>
    public static MeshCredentials Credentials(params TestCa[] cas) => Credentials(Roots(cas), cas[0].IssueLeaf("api"));

    public static MeshCredentials Credentials(CaRoots answer, TestCaLeaf own, DateTimeOffset? now = null) =>
        Join(answer, own, out var reason, now) ?? throw new InvalidOperationException(reason);

    public static MeshCredentials? Join(CaRoots answer, TestCaLeaf own, out string? reason, DateTimeOffset? now = null)
    {
        MeshCredentials? credentials = null;
        _ = TrustedRoots.TryParse(answer, out var roots, out reason)
            && TryParse(Issued(own), own.Service, out var leaf, out reason)
            && CredentialsFactory.TryJoin(roots, leaf, now ?? DateTimeOffset.UtcNow, 1, out credentials, out reason);
        return credentials;
    }

    public static bool TryParse(IssuedLeaf issued, string service, [NotNullWhen(true)] out OwnLeaf? leaf, [NotNullWhen(false)] out string? reason) =>
        OwnLeaf.TryParse(issued.CertPem, issued.PrivateKeyPem, new(service), out leaf, out reason);

    /// <summary>The verdict on a peer whose chain was built as SslStream builds it. A handshake would stop some of them earlier.</summary>
    public static PeerVerdict Verdict(this MeshCredentials credentials, TestCaLeaf peer, PeerRole role = PeerRole.Caller)
    {
        using var chain = new X509Chain { ChainPolicy = credentials.Policy(role).Clone() };
        chain.ChainPolicy.ExtraStore.AddRange(peer.Chain.ToArray());
        using var certificate = X509CertificateLoader.LoadCertificate(peer.Certificate.RawData);
        var errors = chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        return PeerVerifier.Verify(certificate, chain, errors, credentials, role);
    }
}
