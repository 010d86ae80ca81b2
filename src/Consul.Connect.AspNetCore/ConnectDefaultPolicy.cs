namespace ConsulConnect;

/// <summary>What holds for a caller no intention names.</summary>
public enum ConnectDefaultPolicy
{
    /// <summary>What the agent answers for a caller that no intention can name; unknown means denied.</summary>
    FromAgent,

    /// <summary>Such callers are allowed.</summary>
    Allow,

    /// <summary>Such callers are denied.</summary>
    Deny,
}
