using ConsulConnect.Intentions;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>Each decision about a request in the metric; refusals in the log too, one line a minute for each caller and reason, the others at Debug.</summary>
internal sealed class RequestReport(string service, ConnectMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly CallerLines _lines = new(time);

    /// <param name="request">What was decided about.</param>
    /// <param name="decision">What holds for it.</param>
    /// <param name="passes">Whether the app gets the request; one that was not allowed, only because permissions are audited.</param>
    public void Decided(ConnectPeer caller, WireRequest request, in IntentionDecision decision, bool passes)
    {
        metrics.Decided(Layer(decision), decision.Allowed ? "allow" : passes ? "audit_deny" : "deny", ReasonCode.Of(decision), caller.Service);
        if (!decision.Allowed)
            Denied(caller, request, decision, passes);
    }

    private void Denied(ConnectPeer caller, WireRequest request, in IntentionDecision decision, bool passes)
    {
        var due = _lines.IsDue(caller, decision.Reason);
        if (!logger.IsEnabled(due ? LogLevel.Information : LogLevel.Debug))
            return;
        var (method, path) = (Wording.Clean(request.View.Method), Wording.Clean(PathOf(request.View.Target)));
        var rule = decision.Intention is not { } intention ? "no intention"
            : decision.Permission is { } permission ? $"{intention}, permission {permission}"
            : intention;
        if (passes && due)
            Log.RequestAudited(logger, method, path, caller.SpiffeId, service, ReasonCode.Of(decision), rule, decision.Explanation);
        else if (passes)
            Log.RequestAuditedAgain(logger, method, path, caller.SpiffeId, service, ReasonCode.Of(decision), rule, decision.Explanation);
        else if (due)
            Log.RequestDenied(logger, method, path, caller.SpiffeId, service, ReasonCode.Of(decision), rule, decision.Explanation);
        else
            Log.RequestDeniedAgain(logger, method, path, caller.SpiffeId, service, ReasonCode.Of(decision), rule, decision.Explanation);
    }

    // A target that cannot be read is refused by itself, whatever the rule of the caller.
    private static string Layer(in IntentionDecision decision) =>
        decision.IsPerRequest || decision.Reason is DecisionReason.MalformedRequest or DecisionReason.AmbiguousTarget or DecisionReason.PathDisagreement ? "l7" : "l4";

    // A query may hold secrets.
    private static string PathOf(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? target[..query] : target;
}
