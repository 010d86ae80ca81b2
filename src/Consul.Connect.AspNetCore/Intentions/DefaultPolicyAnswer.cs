namespace ConsulConnect.Intentions;

/// <summary>What holds for a caller no intention names, and who said so.</summary>
internal sealed class DefaultPolicyAnswer(bool allowed, string service, string origin)
{
    private readonly IntentionDecision _allow = new(true, DecisionReason.DefaultPolicy, $"Any service that no intention names may call \"{service}\": the default policy is allow ({origin}).");

    public bool Allowed { get; } = allowed;

    public string Origin { get; } = origin;

    public IntentionDecision Decide(ConnectPeer caller) => Allowed
        ? _allow
        : new(false, DecisionReason.DefaultPolicy, $"{Wording.MayNot(caller, service)}: no intention names it, and the default policy is deny ({Origin}).");

    public override string ToString() => Allowed ? "allow" : "deny";
}
