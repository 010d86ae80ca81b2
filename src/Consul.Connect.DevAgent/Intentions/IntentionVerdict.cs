namespace ConsulConnect.DevAgent.Intentions;

/// <param name="Allowed">An intention with permissions allows nothing here.</param>
/// <param name="Reason">Consul's words: <c>Matched L4 intention: default/a =&gt; default/b (Precedence: 9, Action: ALLOW)</c>.</param>
internal sealed record IntentionVerdict(bool Allowed, string Reason);
