namespace ConsulConnect.Intentions;

/// <summary>How an intention with permissions decides: a connection by what it could allow, a request by the first permission that matches.</summary>
internal sealed class RequestRules(IntentionRule intention, PermissionRule[] rules)
{
    private readonly RulePermissions _permissions = new(rules);
    private string? _opened;
    private string? _allowedByDefault;

    /// <summary>
    /// The decision on a connection. Null: that is for whatever comes after the permissions, the default policy or, for a caller whose
    /// name only looks like the source's, the next intention.
    /// </summary>
    public IntentionDecision? Decide(ConnectPeer caller, ConnectionKind kind, bool exact)
    {
        if (kind == ConnectionKind.Raw && (exact || _permissions.CouldDeny))
            return Refuse(caller, DecisionReason.Permissions, "decides per request by its permissions, and a raw connection has no requests");
        if (exact && _permissions.CouldAllow)
            return Open();
        return _permissions.MatchesAll is { } all ? Refuse(caller, all.Reason, $"Permissions[{all.Place}] {all.Does}") with { Permission = all.Place } : null;
    }

    /// <summary>The decision on a request; null as for a connection.</summary>
    public IntentionDecision? Decide(ConnectPeer caller, ref RequestState state, bool exact)
    {
        if (_permissions.Match(ref state, deniesOnly: !exact, out var index) is { } rule)
        {
            var sentence = rule.Allows || intention.IsPreparedFor(caller) ? _permissions.Sentence(index, this) : Sentence(Wording.MayNot(caller, intention.Service), rule);
            return new(rule.Allows, rule.Reason, sentence) { Intention = intention.Name, Permission = rule.Place, IsPerRequest = true };
        }

        if (exact && state.Method.Loose == MethodName.Trace && !state.LikeEnvoy)
            return Refuse(caller, DecisionReason.DefaultPolicy, "has no permission that names TRACE, which the default policy never allows behind permissions");
        return null;
    }

    /// <summary>The decision on a request that no permission matches.</summary>
    public IntentionDecision DecideByDefault(ConnectPeer caller, DefaultPolicyAnswer byDefault) => byDefault.Allowed
        ? new(true, DecisionReason.DefaultPolicy, _allowedByDefault ??= $"{intention.Who} may make this request to \"{intention.Service}\": no permission of the intention {intention.Name} matches, and the default policy is allow.")
        {
            Intention = intention.Name,
            IsPerRequest = true,
        }
        : Refuse(caller, DecisionReason.DefaultPolicy, $"has no permission that matches, and the default policy is deny ({byDefault.Origin})");

    /// <summary>The decision on a connection that only the default policy could allow something.</summary>
    public IntentionDecision OpenByDefault(ConnectPeer caller, DefaultPolicyAnswer byDefault) => byDefault.Allowed
        ? Open()
        : Refuse(caller, DecisionReason.Permissions, $"has no permission that could allow a request, and the default policy is deny ({byDefault.Origin})");

    private IntentionDecision Open() =>
        new(true, DecisionReason.Permissions, _opened ??= $"{intention.Who} may connect to \"{intention.Service}\": {intention}") { Intention = intention.Name, IsPerRequest = true };

    private IntentionDecision Refuse(ConnectPeer caller, DecisionReason reason, string because) =>
        new(false, reason, $"{Wording.MayNot(caller, intention.Service)}: the intention {intention.Name} {because} (precedence {intention.Precedence}).")
        {
            Intention = intention.Name,
            IsPerRequest = true,
        };

    /// <summary>The sentence for every caller that is worded as one of the rule's source.</summary>
    public string Prepare(PermissionRule rule) =>
        Sentence($"{intention.Who} {(rule.Allows ? "may" : "may not")} call \"{intention.Service}\" with this request", rule);

    private string Sentence(string verdict, PermissionRule rule) =>
        $"{verdict}: Permissions[{rule.Place}] of the intention {intention.Name} {rule.Does}; precedence {intention.Precedence}.";
}
