namespace ConsulConnect.Intentions;

/// <summary>An answer with its reason: a bounded code for metrics and a sentence a person understands.</summary>
internal readonly record struct IntentionDecision(bool Allowed, DecisionReason Reason, string Explanation)
{
    /// <summary>The intention that decided, as <c>web -> api</c>; null when none did.</summary>
    public string? Intention { get; init; }

    /// <summary>The place of the permission that decided, from 0; null when none did.</summary>
    public int? Permission { get; init; }

    /// <summary>Whether the decision is about this request only, because the caller's intention carries permissions.</summary>
    public bool IsPerRequest { get; init; }
}

internal enum DecisionReason
{
    /// <summary>An intention names the caller and says so, itself or by the permission that matches.</summary>
    Intention,

    /// <summary>No intention names the caller, or none of its permissions matches.</summary>
    DefaultPolicy,

    /// <summary>The deciding intention carries permissions, which this connection cannot satisfy, or may yet.</summary>
    Permissions,

    /// <summary>The deciding intention or permission holds something we do not understand.</summary>
    NotUnderstood,

    /// <summary>The deciding intention or permission asks for a JWT, which is not read yet.</summary>
    Jwt,

    /// <summary>What the agent said is older than allowed, or our own leaf has ended.</summary>
    Stale,

    /// <summary>The agent has not said yet, or refused to.</summary>
    Unknown,

    /// <summary>The connection lost its right while it was open.</summary>
    Revoked,

    /// <summary>The request is not one that any rule set could read: 400, always.</summary>
    MalformedRequest,

    /// <summary>The request can be read in more than one way, and a rule about paths exists: 400.</summary>
    AmbiguousTarget,

    /// <summary>The server reads another path than we do, and a rule about paths exists: 400.</summary>
    PathDisagreement,

    /// <summary>Deciding failed by an exception of ours.</summary>
    PolicyError,

    /// <summary>Envoy redirects to the unescaped path and asks no rule. Only of an evaluator set to Envoy's semantics.</summary>
    EnvoyRedirect,

    /// <summary>Envoy has no route and asks no rule. Only of an evaluator set to Envoy's semantics.</summary>
    EnvoyNoRoute,
}
