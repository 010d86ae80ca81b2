namespace ConsulConnect.Intentions;

/// <summary>Decides where there is no agent, only an identity from files: what the operator stated holds for every caller.</summary>
internal sealed class ConfiguredPolicy(string service, ConnectDefaultPolicy policy) : IAuthorizer
{
    // Nobody can say what FromAgent means here, so it denies.
    private readonly DefaultPolicyAnswer _answer = new(policy == ConnectDefaultPolicy.Allow, service, "as configured, and there is no agent");

    public bool IsReady => true;

    public string? LastError => null;

    public string DefaultPolicy => _answer.ToString();

    // What the operator stated never changes.
    public event Action? Changed
    {
        add { }
        remove { }
    }

    public void Start()
    {
    }

    public Task WaitReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) => new(_answer.Decide(caller));

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => _answer.Decide(caller);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
