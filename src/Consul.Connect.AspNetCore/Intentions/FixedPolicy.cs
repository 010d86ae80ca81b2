namespace ConsulConnect.Intentions;

/// <summary>Decides without an agent: no intentions, only the policy the operator wrote.</summary>
internal sealed class FixedPolicy(string service, bool allowed) : IConnectionAuthorizer
{
    private readonly DefaultPolicyAnswer _policy = new(allowed, service, "as configured, without an agent");

    public bool IsReady => true;

    public string? LastError => null;

    public string DefaultPolicy => _policy.ToString();

    public void Start()
    {
        // Nothing to follow.
    }

    public Task WaitReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, CancellationToken cancellationToken) => new(_policy.Decide(caller));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
