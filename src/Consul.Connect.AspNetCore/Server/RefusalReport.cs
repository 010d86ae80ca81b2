using ConsulConnect.Certificates;
using ConsulConnect.Intentions;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>
/// Each refusal in the metric; in the log only what a stranger cannot multiply: one line in ten minutes for callers without a
/// certificate, one a minute for each verified caller, everything else at Debug.
/// </summary>
internal sealed class RefusalReport(string service, ConnectMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan StrangersPause = TimeSpan.FromMinutes(10);

    private readonly CallerLines _callers = new(time);
    private long _strangers = long.MinValue;
    private long _endedGeneration;

    public void Unverified(MeshConnection connection, PeerVerdict verdict)
    {
        Count(connection, Reason(verdict.Refusal));
        if (verdict.Refusal == PeerRefusal.NoCertificate && Elapsed(ref _strangers, StrangersPause))
            Log.NoClientCertificate(logger);
        Log.PeerRefused(logger, Reason(verdict.Refusal), verdict.Detail);
    }

    public void NoCredentials(MeshConnection connection, string why)
    {
        Count(connection, "no_credentials");
        Log.HandshakeWithoutCredentials(logger, why);
    }

    public void LeafEnded(MeshConnection connection, MeshCredentials ended)
    {
        Count(connection, "no_credentials");
        if (Interlocked.Exchange(ref _endedGeneration, ended.Generation) != ended.Generation)
            Log.LeafEnded(logger, service, ended.NotAfter.UtcDateTime);
    }

    public void Shed(MeshConnection connection)
    {
        Count(connection, "shed");
        Log.HandshakeShed(logger);
    }

    /// <summary>The handshake ended without a peer, and nothing of ours refused it: a time-out, a protocol or cipher mismatch, a broken peer.</summary>
    public void HandshakeFailed(MeshConnection connection)
    {
        if (!connection.Counted)
            Count(connection, "handshake");
    }

    /// <summary>The same, by an exception that is not one of a handshake.</summary>
    public void HandshakeFailed(MeshConnection connection, Exception fault)
    {
        HandshakeFailed(connection);
        Log.HandshakeFaulted(logger, fault.GetType().Name);
    }

    public void Decided(ConnectPeer caller, in IntentionDecision decision)
    {
        metrics.Decided("l4", decision.Allowed ? "allow" : "deny", ReasonCode.Of(decision), caller.Service);
        if (decision.Allowed)
            return;
        if (_callers.IsDue(caller, decision.Reason))
            Log.ConnectionDenied(logger, caller.SpiffeId, service, ReasonCode.Of(decision), decision.Explanation);
        else
            Log.ConnectionDeniedAgain(logger, caller.SpiffeId, service, ReasonCode.Of(decision), decision.Explanation);
    }

    private void Count(MeshConnection connection, string reason)
    {
        connection.Counted = true;
        metrics.HandshakeFailed(reason);
    }

    private bool Elapsed(ref long last, TimeSpan pause)
    {
        var seen = Volatile.Read(ref last);
        var now = time.GetTimestamp();
        return (seen == long.MinValue || time.GetElapsedTime(seen, now) >= pause) && Interlocked.CompareExchange(ref last, now, seen) == seen;
    }

    private static string Reason(PeerRefusal refusal) => refusal switch
    {
        PeerRefusal.NoCertificate => "no_cert",
        PeerRefusal.Chain => "chain",
        PeerRefusal.Expired => "expired",
        PeerRefusal.LeafRules => "leaf",
        PeerRefusal.SubjectAlternativeName => "san",
        PeerRefusal.SpiffeId => "spiffe_id",
        PeerRefusal.NotAService => "identity",
        PeerRefusal.TrustDomain => "trust_domain",
        _ => "fault",
    };
}
