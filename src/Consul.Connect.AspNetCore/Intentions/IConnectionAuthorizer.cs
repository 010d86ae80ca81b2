namespace ConsulConnect.Intentions;

/// <summary>Decides whether a verified caller may connect: from cached intentions, or by asking the agent.</summary>
internal interface IConnectionAuthorizer : IAsyncDisposable
{
    /// <summary>Whether decisions rest on something the agent has said.</summary>
    bool IsReady { get; }

    /// <summary>Why not, or what went wrong last; null when all is well. Fit for a message.</summary>
    string? LastError { get; }

    /// <summary>The fall-through answer for the start line: allow, deny, or unknown.</summary>
    string DefaultPolicy { get; }

    /// <summary>Starts the loops. Disposal stops and awaits them.</summary>
    void Start();

    /// <summary>Completes when <see cref="IsReady"/> first holds.</summary>
    Task WaitReadyAsync(CancellationToken cancellationToken);

    /// <summary>The decision; unknown is a denial. Throws nothing but cancellation.</summary>
    ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, CancellationToken cancellationToken);
}
