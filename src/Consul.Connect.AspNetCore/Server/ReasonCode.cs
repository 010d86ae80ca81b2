using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>The reason of a decision as metrics and logs name it.</summary>
internal static class ReasonCode
{
    public static string Of(in IntentionDecision decision) => decision.Reason switch
    {
        DecisionReason.Intention => decision.Allowed ? "intention" : "intention_denied",
        // The intention is what the caller met, also where none of its permissions was about the request.
        DecisionReason.DefaultPolicy => decision is { IsPerRequest: true, Allowed: false } ? "intention_denied" : "default_policy",
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
