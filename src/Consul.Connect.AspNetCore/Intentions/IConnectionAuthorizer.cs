namespace ConsulConnect.Intentions;

/// <summary>Decides whether a verified caller may connect: from cached intentions, or by asking the agent.</summary>
internal interface IConnectionAuthorizer : IAsyncDisposable
{
    /// <summary>Whether decisions rest on something the agent has said, if only that it does not say more.</summary>
    bool IsReady { get; }

    /// <summary>Why not, or what went wrong last; null when all is well. Fit for a message.</summary>
    string? LastError { get; }

    /// <summary>The fall-through answer for the start line: allow, deny, or unknown.</summary>
    string DefaultPolicy { get; }

    /// <summary>Starts the loops. Disposal stops and awaits them.</summary>
    void Start();

    /// <summary>Completes when <see cref="IsReady"/> first holds.</summary>
    Task WaitReadyAsync(CancellationToken cancellationToken);

    /// <summary>Completes when a decision about this caller rests on something the agent has said, which may be before <see cref="IsReady"/> holds.</summary>
    Task WaitReadyAsync(ConnectPeer caller, CancellationToken cancellationToken) => WaitReadyAsync(cancellationToken);

    /// <summary>The decision; unknown is a denial. Throws nothing but cancellation.</summary>
    ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, CancellationToken cancellationToken);
}
