using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Roots and leaf in, credentials or reason out. Pure.</summary>
internal static class CredentialsFactory
{
    public static bool TryJoin(TrustedRoots roots, OwnLeaf leaf, DateTimeOffset now, long generation, [NotNullWhen(true)] out MeshCredentials? credentials, [NotNullWhen(false)] out string? reason)
    {
        credentials = null;
        reason = Mismatch(roots, leaf, now);
        if (reason is not null)
            return false;

        credentials = new()
        {
            Generation = generation,
            Self = leaf.Self,
            Leaf = leaf.Certificate,
            Context = leaf.Context,
            CallerPolicy = roots.Policy(PeerRole.Caller),
            UpstreamPolicy = roots.Policy(PeerRole.Upstream),
            TrustDomain = roots.TrustDomain,
            Verified = roots.Verified,
            RootCount = roots.Anchors.Count,
        };
        return true;
    }

    private static string? Mismatch(TrustedRoots roots, OwnLeaf leaf, DateTimeOffset now)
    {
        var self = leaf.Self;
        if (!string.Equals(self.TrustDomain, roots.TrustDomain, StringComparison.Ordinal))
            return $"the leaf is of the trust domain {self.TrustDomain}, the roots are of {roots.TrustDomain}";
        if (now > self.NotAfter)
            return $"the leaf ended at {self.NotAfter.UtcDateTime:u}";
        DateTimeOffset start = leaf.Certificate.NotBefore;
        if (now < start)
            return $"the leaf is not valid before {start.UtcDateTime:u}; is a clock wrong?";

        // A peer sees what we send and what it knows, and so does this check.
        using var chain = new X509Chain { ChainPolicy = roots.Policy(PeerRole.Caller, PeerRole.Upstream) };
        chain.ChainPolicy.ExtraStore.AddRange(leaf.Intermediates);
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        if (chain.Build(leaf.Certificate))
            return null;
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, entry) => all | entry.Status);
        return $"the leaf does not chain to the {roots.Anchors.Count} trusted roots ({status})";
    }
}
