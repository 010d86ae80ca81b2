using ConsulConnect.Certificates;
using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>What intentions say, while our own leaf lasts: past its end even a request on an open connection is refused.</summary>
internal sealed class LeafBoundAuthorizer(IAuthorizer inner, ICredentialsSource credentials, string service, TimeProvider time) : IAuthorizer
{
    public event Action? Changed
    {
        add => inner.Changed += value;
        remove => inner.Changed -= value;
    }

    /// <summary>What decides while our leaf lasts.</summary>
    public IAuthorizer Inner => inner;

    public bool IsReady => inner.IsReady;

    public string? LastError => inner.LastError;

    public string DefaultPolicy => inner.DefaultPolicy;

    public string? Warning => inner.Warning;

    public IReadOnlyList<WatchState> Watches => inner.Watches;

    public TimeSpan? AskAgainAfter => inner.AskAgainAfter;

    public void Start() => inner.Start();

    public Task WaitReadyAsync(CancellationToken cancellationToken) => inner.WaitReadyAsync(cancellationToken);

    public Task WaitReadyAsync(ConnectPeer caller, CancellationToken cancellationToken) => inner.WaitReadyAsync(caller, cancellationToken);

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) =>
        Ended(caller) is { } refusal ? new(refusal) : inner.DecideAsync(caller, kind, cancellationToken);

    public ValueTask<IntentionDecision> DecideAgainAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) =>
        Ended(caller) is { } refusal ? new(refusal) : inner.DecideAgainAsync(caller, kind, cancellationToken);

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => Ended(caller) ?? inner.Decide(caller, request);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private IntentionDecision? Ended(ConnectPeer caller) => OwnLeafEnd.Refusal(credentials.Current, time.GetUtcNow(), caller, service);
}
