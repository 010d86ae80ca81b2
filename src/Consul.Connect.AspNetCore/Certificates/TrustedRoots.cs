using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsulConnect.Agent;

namespace ConsulConnect.Certificates;

/// <summary>Whom this mesh trusts at one moment, and the peers verified under exactly these roots.</summary>
internal sealed class TrustedRoots
{
    private TrustedRoots(string trustDomain, X509Certificate2Collection anchors, X509Certificate2Collection intermediates)
    {
        TrustDomain = trustDomain;
        Anchors = anchors;
        Intermediates = intermediates;
        Fingerprint = FingerprintOf(trustDomain, anchors, intermediates);
    }

    public string TrustDomain { get; }

    /// <summary>Every listed root, active or not: during a rotation peers have leaves of both.</summary>
    public X509Certificate2Collection Anchors { get; }

    /// <summary>Helps chains to be built; trusts nothing.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>Equal for equal trust, whatever the order in which the agent lists it.</summary>
    public string Fingerprint { get; }

    public VerifiedPeers Verified { get; } = new();

    /// <summary>From the agent's answer, all of it or nothing.</summary>
    public static bool TryParse(CaRoots answer, [NotNullWhen(true)] out TrustedRoots? roots, [NotNullWhen(false)] out string? reason)
    {
        roots = null;
        reason = answer switch
        {
            { TrustDomain: "" } => "the agent's roots name no trust domain: its CA is not set up yet",
            { Roots.Count: 0 } => "the agent lists no root: its CA is not set up yet",
            { ActiveRootId: "" } when !answer.Roots.Any(r => r.Active) => "none of the agent's roots is active",
            { ActiveRootId: not "" } when !answer.Roots.Any(r => string.Equals(r.Id, answer.ActiveRootId, StringComparison.OrdinalIgnoreCase)) => "the agent's active root is not in its list",
            _ => null,
        };
        if (reason is not null)
            return false;

        var anchors = new X509Certificate2Collection();
        var intermediates = new X509Certificate2Collection();
        foreach (var root in answer.Roots)
        {
            if (!TryAdd(root.RootCert, anchors, out reason))
                return false;
            foreach (var intermediate in root.IntermediateCerts)
                if (!TryAdd(intermediate, intermediates, out reason))
                    return false;
        }
        roots = new(answer.TrustDomain, anchors, intermediates);
        return true;
    }

    /// <summary>From a bundle of roots alone.</summary>
    public static TrustedRoots Of(string trustDomain, X509Certificate2Collection bundle)
    {
        var anchors = new X509Certificate2Collection();
        foreach (var root in bundle)
            Add(root, anchors);
        return new(trustDomain, anchors, []);
    }

    /// <summary>Verifies chains against these roots alone, without asking anyone.</summary>
    public X509ChainPolicy Policy(params ReadOnlySpan<PeerRole> purposes)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.NoFlag,
        };
        policy.CustomTrustStore.AddRange(Anchors);
        policy.ExtraStore.AddRange(Intermediates);
        foreach (var purpose in purposes)
            policy.ApplicationPolicy.Add(LeafRules.Purpose(purpose));
        return policy;
    }

    private static bool TryAdd(string pem, X509Certificate2Collection to, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (!PemText.TryReadCertificates(Encoding.UTF8.GetBytes(pem), out var certificates, out var fault))
        {
            reason = $"a certificate among the agent's roots {fault}";
            return false;
        }
        foreach (var certificate in certificates)
            Add(certificate, to);
        return true;
    }

    private static void Add(X509Certificate2 certificate, X509Certificate2Collection to)
    {
        if (!to.Any(known => known.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
            to.Add(certificate);
    }

    private static string FingerprintOf(string trustDomain, params X509Certificate2Collection[] collections) =>
        string.Join('|', collections.Select(c => string.Join(',', c.Select(x => x.GetCertHashString(HashAlgorithmName.SHA256)).Order(StringComparer.Ordinal))).Prepend(trustDomain));
}
