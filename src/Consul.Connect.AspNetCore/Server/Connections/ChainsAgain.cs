using ConsulConnect.Certificates;
using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>Whether callers' certificates still hold at one look: within their time, and under the roots of now.</summary>
internal sealed class ChainsAgain(MeshCredentials? credentials, TimeProvider time)
{
    private readonly DateTimeOffset _now = time.GetUtcNow();

    // Many connections show one certificate.
    private readonly Dictionary<string, PeerVerdict> _judged = new(StringComparer.Ordinal);

    public (IntentionDecision Decision, CloseReason Reason)? Refusal(MeshConnection mesh)
    {
        if (mesh.Verified is not { } caller)
            return null;
        if (caller.NotAfter <= _now)
            return (Revoked($"The certificate of {caller.SpiffeId} ended at {caller.NotAfter.UtcDateTime:u}."), CloseReason.LeafExpired);
        if (credentials is null || mesh.Presented is not { } presented || presented.IsVerifiedUnder(credentials))
            return null;

        var fingerprint = presented.Fingerprint;
        if (!_judged.TryGetValue(fingerprint, out var verdict))
            _judged[fingerprint] = verdict = presented.Verify(credentials);
        if (verdict.Peer is null)
            return (Revoked($"{caller.SpiffeId} does not prove itself under the mesh's present roots: {verdict.Detail}"), CloseReason.Roots);
        presented.VerifiedUnder(credentials);
        return null;
    }

    private static IntentionDecision Revoked(string why) => new(false, DecisionReason.Revoked, why);
}
