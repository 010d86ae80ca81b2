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
    private readonly string _does;
    private readonly bool _exactly;
    private readonly IReadOnlyList<Permission> _content;
    private readonly IntentionDecision _prepared;

    public IntentionRule(Intention intention, string service, PermissionCompiler compiler, bool likeEnvoy)
    {
        _namespace = OrDefault(intention.SourceNamespace);
        _partition = OrDefault(intention.SourcePartition);
        _exactly = likeEnvoy;
        _content = intention.Permissions;
        Service = service;
        SourceName = intention.SourceName;
        Precedence = Intentions.Precedence.Of(_namespace, SourceName, OrDefault(intention.DestinationNamespace), intention.DestinationName);

        (Effect, _does) = Judge(intention, service);
        var source = Wording.Name(_partition, _namespace, SourceName);
        Name = Wording.Clean($"{source} -> {Wording.Name(Default, OrDefault(intention.DestinationNamespace), intention.DestinationName)}");
        Who = SourceName == Wildcard ? "Any service" : $"\"{Wording.Clean(source)}\"";
        if (Effect == RuleEffect.Permissions)
            Requests = new(this, compiler.Compile(intention.Permissions, Warn));
        else
            _prepared = Decision($"{Who} {(Effect == RuleEffect.Allow ? "may" : "may not")} call \"{service}\"");
    }

    public string SourceName { get; }

    /// <summary>As <c>web -> api</c>.</summary>
    public string Name { get; }

    /// <summary>Whom it names, for the start of a sentence.</summary>
    public string Who { get; }

    /// <summary>The destination.</summary>
    public string Service { get; }

    /// <summary>By Consul's table, from the names; the number an agent sends is not asked.</summary>
    public int Precedence { get; }

    public RuleEffect Effect { get; }

    /// <summary>What decides per request; null unless that is its effect.</summary>
    public RequestRules? Requests { get; }

    public bool NamesEveryNamespace => _namespace == Wildcard;

    /// <summary>What in its permissions a reader of the log should know.</summary>
    public List<string> Warnings { get; } = [];

    private static string Wildcard => Intentions.Precedence.Wildcard;

    /// <summary>
    /// A name is compared whole. An allow needs the exact spelling; everything else also holds for a caller that differs in case
    /// alone, because two such names are one service to most people and to parts of Consul.
    /// </summary>
    public bool Names(ConnectPeer caller)
    {
        var comparison = Effect == RuleEffect.Allow || _exactly ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return (SourceName == Wildcard || string.Equals(SourceName, caller.Service, comparison))
            && (_namespace == Wildcard || string.Equals(_namespace, caller.Namespace, comparison))
            && string.Equals(_partition, caller.Partition, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a caller it names is named in this very spelling.</summary>
    public bool NamesExactly(ConnectPeer caller) =>
        (SourceName == Wildcard || SourceName == caller.Service) && (_namespace == Wildcard || _namespace == caller.Namespace);

    /// <summary>The decision for a caller this rule names and decides as a whole. Only a refusal that cannot be worded beforehand allocates.</summary>
    public IntentionDecision Decide(ConnectPeer caller) =>
        Effect == RuleEffect.Allow || IsPreparedFor(caller) ? _prepared : Decision(Wording.MayNot(caller, Service));

    /// <summary>Whether a refusal of this caller is worded as one of the rule's source.</summary>
    public bool IsPreparedFor(ConnectPeer caller) => SourceName == caller.Service && _namespace == caller.Namespace;

    /// <summary>The rule that decides comes first, whatever order the agent sent.</summary>
    public int CompareTo(IntentionRule? other)
    {
        if (other is null)
            return -1;

        var byWeight = other.Precedence.CompareTo(Precedence);
        if (byWeight != 0)
            return byWeight;

        var byEffect = Effect.CompareTo(other.Effect);
        if (byEffect != 0)
            return byEffect;

        var byName = string.CompareOrdinal(Name, other.Name);
        if (byName != 0)
            return byName;

        var byText = string.CompareOrdinal(ToString(), other.ToString());
        return byText != 0 || ReferenceEquals(this, other) ? byText : string.CompareOrdinal(Content(), other.Content());
    }

    public override string ToString() => $"the intention {Name} {_does} (precedence {Precedence}).";

    private static (RuleEffect, string) Judge(Intention intention, string service) => intention switch
    {
        { Action: "deny" } => (RuleEffect.Deny, "denies it"),

        // To Consul a destination is the same service in every spelling of its case; a source is not. What is about another service
        // altogether no agent should answer with, and left out it would let a lighter rule or the default policy allow.
        { DestinationName: var destination } when destination != Wildcard && !string.Equals(destination, service, StringComparison.OrdinalIgnoreCase) =>
            (RuleEffect.NotUnderstood, $"is about another service than \"{service}\", and so denies it"),
        { RequiresJwt: true } => (RuleEffect.Jwt, "asks for a JWT, which this version does not read, and so denies it"),
        { Unknown: null, SourceType: "consul", Permissions.Count: > 0 } when !IsOneServiceEverywhere(intention) => (RuleEffect.Permissions, "decides per request"),
        { Action: not "allow", Permissions.Count: 0 } => (RuleEffect.NotUnderstood, $"has the action \"{Wording.Clean(intention.Action)}\", which this version does not know, and so denies it"),
        { Unknown: { } unknown } => (RuleEffect.NotUnderstood, $"would allow it but holds {Wording.Clean(unknown)}, which this version does not understand, and so denies it"),
        { SourceType: not "consul" } => (RuleEffect.NotUnderstood, $"is about sources of the type \"{Wording.Clean(intention.SourceType)}\", which this version does not know, and so denies it"),
        _ when IsOneServiceEverywhere(intention) => (RuleEffect.NotUnderstood, "names one service in every namespace, which Consul does not allow, and so denies it"),
        _ => (RuleEffect.Allow, "allows it"),
    };

    private static bool IsOneServiceEverywhere(Intention intention) => intention is { SourceNamespace: "*", SourceName: not "*" };

    private static string OrDefault(string? name) => string.IsNullOrEmpty(name) ? Default : name;

    // Two rules of one source: to decide alike in every order, their text decides which comes first.
    private string Content() => string.Join('\n', _content.Select(PermissionText.Of));

    private void Warn(string what) => Warnings.Add($"{what}: the intention {Name}.");

    private IntentionDecision Decision(string verdict)
    {
        var reason = Effect switch
        {
            RuleEffect.NotUnderstood => DecisionReason.NotUnderstood,
            RuleEffect.Jwt => DecisionReason.Jwt,
            _ => DecisionReason.Intention,
        };
        return new(Effect == RuleEffect.Allow, reason, $"{verdict}: {this}") { Intention = Name };
    }
}
