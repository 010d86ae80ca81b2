using System.Collections.Concurrent;
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
    private static readonly TimeSpan CallerPause = TimeSpan.FromMinutes(1);
    private const int CallersRemembered = 256;

    private readonly ConcurrentDictionary<(string Caller, DecisionReason Reason), long> _callers = new();
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
        metrics.Decided(decision.Allowed, Reason(decision.Reason), caller.Service);
        if (!decision.Allowed)
            Denied(caller, decision);
    }

    private void Denied(ConnectPeer caller, in IntentionDecision decision)
    {
        if (_callers.Count >= CallersRemembered)
            _callers.Clear();
        var now = time.GetTimestamp();
        var last = _callers.GetOrAdd((caller.SpiffeId, decision.Reason), long.MinValue);
        var due = last == long.MinValue || time.GetElapsedTime(last, now) >= CallerPause;
        if (due && _callers.TryUpdate((caller.SpiffeId, decision.Reason), now, last))
            Log.ConnectionDenied(logger, caller.SpiffeId, service, Reason(decision.Reason), decision.Explanation);
        else
            Log.ConnectionDeniedAgain(logger, caller.SpiffeId, service, Reason(decision.Reason), decision.Explanation);
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

    private static string Reason(DecisionReason reason) => reason switch
    {
        DecisionReason.Intention => "intention",
        DecisionReason.DefaultPolicy => "default_policy",
        DecisionReason.Permissions => "permissions",
        DecisionReason.NotUnderstood => "not_understood",
        DecisionReason.Jwt => "jwt",
        DecisionReason.Stale => "stale",
        DecisionReason.Revoked => "revoked",
        DecisionReason.MalformedRequest => "malformed_request",
        DecisionReason.AmbiguousTarget => "ambiguous_target",
        DecisionReason.PathDisagreement => "path_disagreement",
        DecisionReason.PolicyError => "policy_error",
        _ => "unknown",
    };
}
