namespace ConsulConnect.DevAgent.Intentions;

internal sealed class NoIntentions : IIntentionDecider
{
    public IntentionVerdict? Match(string sourceNamespace, string sourceName, string destination) => null;
}
