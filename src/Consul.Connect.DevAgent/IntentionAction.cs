namespace ConsulConnect.DevAgent;

/// <summary>What an intention, or one of its permissions, does with a call.</summary>
public enum IntentionAction
{
    /// <summary>The call is let through.</summary>
    Allow,

    /// <summary>The call is refused.</summary>
    Deny,
}
