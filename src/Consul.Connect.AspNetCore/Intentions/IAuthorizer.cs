namespace ConsulConnect.Intentions;

/// <summary>Decides whether a verified caller may connect, and make a request: from cached intentions, or by asking the agent.</summary>
internal interface IAuthorizer : IAsyncDisposable
{
    /// <summary>Whether decisions rest on something the agent has said, if only that it does not say more.</summary>
    bool IsReady { get; }

    /// <summary>Why not, or what went wrong last; null when all is well. Fit for a message.</summary>
    string? LastError { get; }

    /// <summary>The fall-through answer for the start line: allow, deny, or unknown.</summary>
    string DefaultPolicy { get; }

    /// <summary>What denies because it cannot be used, fit for a message; null when every intention can.</summary>
    string? Warning => null;

    /// <summary>How the loops behind it are doing; none where there is no agent.</summary>
    IReadOnlyList<WatchState> Watches => [];

    /// <summary>Raised after a change that may turn a decision, on the loop's thread; handlers return at once.</summary>
    event Action? Changed;

    /// <summary>How often the right of an open connection is asked for again; null where a decision makes no call and may be taken at any time.</summary>
    TimeSpan? AskAgainAfter => null;

    /// <summary>Starts the loops. Disposal stops and awaits them.</summary>
    void Start();

    /// <summary>Completes when <see cref="IsReady"/> first holds.</summary>
    Task WaitReadyAsync(CancellationToken cancellationToken);

    /// <summary>Completes when a decision about this caller rests on something the agent has said, which may be before <see cref="IsReady"/> holds.</summary>
    Task WaitReadyAsync(ConnectPeer caller, CancellationToken cancellationToken) => WaitReadyAsync(cancellationToken);

    /// <summary>The decision on a connection, new or open; unknown is a denial. Throws nothing but cancellation.</summary>
    ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// The decision on an open connection. That nobody could be asked changes nothing about it, for as long as old knowledge may be
    /// used. Throws nothing but cancellation.
    /// </summary>
    ValueTask<IntentionDecision> DecideAgainAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) => DecideAsync(caller, kind, cancellationToken);

    /// <summary>The decision on one request of a connection that was let in, from one snapshot and without a call. Throws nothing.</summary>
    IntentionDecision Decide(ConnectPeer caller, in RequestView request);
}

/// <summary>What a connection carries.</summary>
internal enum ConnectionKind
{
    /// <summary>Requests: a caller whose intention decides per request is let in when one could be allowed.</summary>
    Http,

    /// <summary>No requests: such a caller is refused.</summary>
    Raw,
}
