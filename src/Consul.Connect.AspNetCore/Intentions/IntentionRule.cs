using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>What a rule does with the callers it names. Of rules that weigh the same the first of these wins.</summary>
internal enum RuleEffect
{
    Deny,

    /// <summary>It would allow, or do something we do not know: it denies.</summary>
    NotUnderstood,

    /// <summary>It asks for a JWT, which is not read yet: it denies.</summary>
    Jwt,

    /// <summary>It decides per request.</summary>
    Permissions,

    Allow,
}

/// <summary>One intention, compiled: whom it names, what it does, and the sentences that say so.</summary>
internal sealed class IntentionRule : IComparable<IntentionRule>
{
    private const string Default = "default";

    private readonly string _namespace;
    private readonly string _partition;
    private readonly string _service;
    private readonly string _because;
    private readonly IntentionDecision _prepared;

    public IntentionRule(Intention intention, string service)
    {
        _namespace = OrDefault(intention.SourceNamespace);
        _partition = OrDefault(intention.SourcePartition);
        _service = service;
        SourceName = intention.SourceName;
        Precedence = Intentions.Precedence.Of(_namespace, SourceName, OrDefault(intention.DestinationNamespace), intention.DestinationName);

        (Effect, var does) = Judge(intention, service);
        var source = Wording.Name(_partition, _namespace, SourceName);
        var name = $"{source} -> {Wording.Name(Default, OrDefault(intention.DestinationNamespace), intention.DestinationName)}";
        _because = $"the intention {Wording.Clean(name)} {does} (precedence {Precedence}).";

        var who = SourceName == Wildcard ? "Any service" : $"\"{Wording.Clean(source)}\"";
        _prepared = Decision($"{who} {(Effect == RuleEffect.Allow ? "may" : "may not")} call \"{service}\"");
    }

    public string SourceName { get; }

    /// <summary>By Consul's table, from the names; the number an agent sends is not asked.</summary>
    public int Precedence { get; }

    public RuleEffect Effect { get; }

    public bool NamesEveryNamespace => _namespace == Wildcard;

    private static string Wildcard => Intentions.Precedence.Wildcard;

    /// <summary>
    /// A name is compared whole. An allow needs the exact spelling; everything else also holds for a caller that differs in case
    /// alone, because two such names are one service to most people and to parts of Consul.
    /// </summary>
    public bool Names(ConnectPeer caller)
    {
        var comparison = Effect == RuleEffect.Allow ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return (SourceName == Wildcard || string.Equals(SourceName, caller.Service, comparison))
            && (_namespace == Wildcard || string.Equals(_namespace, caller.Namespace, comparison))
            && string.Equals(_partition, caller.Partition, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The decision for a caller this rule names. Only a refusal that cannot be worded beforehand allocates.</summary>
    public IntentionDecision Decide(ConnectPeer caller) =>
        Effect == RuleEffect.Allow || (SourceName == caller.Service && _namespace == caller.Namespace)
            ? _prepared
            : Decision(Wording.MayNot(caller, _service));

    /// <summary>The rule that decides comes first, whatever order the agent sent.</summary>
    public int CompareTo(IntentionRule? other)
    {
        if (other is null)
            return -1;

        var byWeight = other.Precedence.CompareTo(Precedence);
        if (byWeight != 0)
            return byWeight;

        var byEffect = Effect.CompareTo(other.Effect);
        return byEffect != 0 ? byEffect : string.CompareOrdinal(_because, other._because);
    }

    public override string ToString() => _because;

    private static (RuleEffect, string) Judge(Intention intention, string service) => intention switch
    {
        { Action: "deny" } => (RuleEffect.Deny, "denies it"),

        // To Consul a destination is the same service in every spelling of its case; a source is not. What is about another service
        // altogether no agent should answer with, and left out it would let a lighter rule or the default policy allow.
        { DestinationName: var destination } when destination != Wildcard && !string.Equals(destination, service, StringComparison.OrdinalIgnoreCase) =>
            (RuleEffect.NotUnderstood, $"is about another service than \"{service}\", and so denies it"),
        { RequiresJwt: true } => (RuleEffect.Jwt, "asks for a JWT, which this version does not read, and so denies it"),
        { Permissions.Count: > 0 } => (RuleEffect.Permissions, "decides per request by its permissions, and this version does not enforce permissions: it refuses the whole connection"),
        { Action: not "allow" } => (RuleEffect.NotUnderstood, $"has the action \"{Wording.Clean(intention.Action)}\", which this version does not know, and so denies it"),
        { Unknown: { } unknown } => (RuleEffect.NotUnderstood, $"would allow it but holds {Wording.Clean(unknown)}, which this version does not understand, and so denies it"),
        { SourceType: not "consul" } => (RuleEffect.NotUnderstood, $"is about sources of the type \"{Wording.Clean(intention.SourceType)}\", which this version does not know, and so denies it"),
        { SourceNamespace: "*", SourceName: not "*" } => (RuleEffect.NotUnderstood, "names one service in every namespace, which Consul does not allow, and so denies it"),
        _ => (RuleEffect.Allow, "allows it"),
    };

    private static string OrDefault(string? name) => string.IsNullOrEmpty(name) ? Default : name;

    private IntentionDecision Decision(string verdict)
    {
        var reason = Effect switch
        {
            RuleEffect.NotUnderstood => DecisionReason.NotUnderstood,
            RuleEffect.Jwt => DecisionReason.Jwt,
            RuleEffect.Permissions => DecisionReason.Permissions,
            _ => DecisionReason.Intention,
        };
        return new(Effect == RuleEffect.Allow, reason, $"{verdict}: {_because}");
    }
}
