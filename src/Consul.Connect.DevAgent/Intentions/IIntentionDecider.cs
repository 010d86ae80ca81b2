namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What authorize asks the intentions.</summary>
internal interface IIntentionDecider
{
    /// <summary>The first intention in order of precedence whose source is this one; null: none, so the default policy decides.</summary>
    /// <param name="sourceNamespace">Of the caller's identity; sources of a community agent all live in <c>default</c>.</param>
    /// <param name="sourceName">Compared in its case.</param>
    /// <param name="destination">The target, in any case.</param>
    IntentionVerdict? Match(string sourceNamespace, string sourceName, string destination);
}

/// <param name="Allowed">An intention with permissions allows nothing here.</param>
/// <param name="Reason">Consul's words: <c>Matched L4 intention: default/a =&gt; default/b (Precedence: 9, Action: ALLOW)</c>.</param>
internal sealed record IntentionVerdict(bool Allowed, string Reason);
