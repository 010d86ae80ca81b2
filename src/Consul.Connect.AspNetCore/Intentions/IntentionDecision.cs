namespace ConsulConnect.Intentions;

/// <summary>An answer with its reason: a bounded code for metrics and a sentence a person understands.</summary>
internal readonly record struct IntentionDecision(bool Allowed, DecisionReason Reason, string Explanation);

internal enum DecisionReason
{
    /// <summary>An intention names the caller and says so.</summary>
    Intention,

    /// <summary>No intention names the caller.</summary>
    DefaultPolicy,

    /// <summary>The deciding intention carries permissions, which a whole connection cannot satisfy.</summary>
    Permissions,

    /// <summary>The deciding intention holds something we do not understand.</summary>
    NotUnderstood,

    /// <summary>What the agent said is older than allowed.</summary>
    Stale,

    /// <summary>The agent has not said yet, or refused to.</summary>
    Unknown,
}
