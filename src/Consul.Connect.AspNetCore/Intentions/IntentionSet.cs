using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>The intentions that concern one service, compiled once per change. Immutable, pure, and the same for every order of the same intentions.</summary>
internal sealed class IntentionSet
{
    private readonly Dictionary<string, IntentionRule[]> _named;
    private readonly IntentionRule[] _any;
    private readonly RequestReading _reading;
    private readonly RequestRefusals _refusals;
    private readonly RuleSubjects _subjects;

    public IntentionSet(IntentionMatch match, string service)
        : this(match, service, new())
    {
    }

    /// <param name="match">What the agent answered for this destination.</param>
    /// <param name="service">The destination. Only what names it, in any case, can allow; what denies was matched by the agent.</param>
    /// <param name="reading">How requests are read.</param>
    public IntentionSet(IntentionMatch match, string service, RequestReading reading)
    {
        // A rule about another cluster's services never names one of ours, whatever else it says.
        var compiler = new PermissionCompiler(reading);
        var rules = match.Intentions
            .Where(intention => string.IsNullOrEmpty(intention.SourcePeer))
            .Select(intention => new IntentionRule(intention, service, compiler, reading.LikeEnvoy))
            .Order()
            .ToArray();

        _reading = reading;
        _refusals = new(service);
        _subjects = RuleSubjects.Of(match.Intentions);
        Count = match.Intentions.Count;
        NamesEveryNamespace = rules.Any(rule => rule.NamesEveryNamespace);
        NotUnderstood = rules.FirstOrDefault(rule => rule.Effect == RuleEffect.NotUnderstood)?.ToString();
        Warnings = [.. rules.SelectMany(rule => rule.Warnings)];
        _any = [.. rules.Where(rule => rule.SourceName == Precedence.Wildcard)];
        _named = rules
            .Where(rule => rule.SourceName != Precedence.Wildcard)
            .GroupBy(rule => rule.SourceName, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.OrdinalIgnoreCase);
    }

    public int Count { get; }

    /// <summary>Whether a rule's source is in any namespace, which only Enterprise knows.</summary>
    public bool NamesEveryNamespace { get; }

    /// <summary>The first rule that denies because we do not understand it; null when all are understood.</summary>
    public string? NotUnderstood { get; }

    /// <summary>What in permissions does not do what it seems to, each naming its intention.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The first rule that names this caller; null when no intention does.</summary>
    public IntentionRule? Match(ConnectPeer caller) => Next(caller, null);

    /// <summary>The decision for a connection without requests; null when no intention names the caller.</summary>
    public IntentionDecision? Decide(ConnectPeer caller) => Decide(caller, ConnectionKind.Raw, out _);

    /// <summary>The decision for a whole connection; null when it is the default policy's.</summary>
    /// <param name="behind">The rule behind whose permissions the default policy decides; null when no intention names the caller.</param>
    public IntentionDecision? Decide(ConnectPeer caller, ConnectionKind kind, out IntentionRule? behind)
    {
        behind = null;
        var perRequest = false;
        for (var rule = Next(caller, null); rule is not null; rule = Next(caller, rule))
        {
            if (rule.Requests is not { } requests)
                return rule.Decide(caller) with { IsPerRequest = perRequest };

            var exact = rule.NamesExactly(caller);
            if (requests.Decide(caller, kind, exact) is { } decision)
                return decision;
            if (exact)
            {
                behind = rule;
                return null;
            }

            perRequest = true;
        }

        return null;
    }

    /// <summary>The decision for a request; null when it is the default policy's. An allow allocates nothing.</summary>
    /// <param name="behind">As for a connection.</param>
    public IntentionDecision? Decide(ConnectPeer caller, in RequestView request, out IntentionRule? behind)
    {
        behind = null;
        var perRequest = false;
        var state = new RequestState(in request, _reading);
        try
        {
            if (_refusals.Find(ref state, _subjects) is { } refused)
                return refused;

            for (var rule = Next(caller, null); rule is not null; rule = Next(caller, rule))
            {
                if (rule.Requests is not { } requests)
                    return rule.Decide(caller) with { IsPerRequest = perRequest };

                var exact = rule.NamesExactly(caller);
                if (requests.Decide(caller, ref state, exact) is { } decision)
                    return decision;
                if (exact)
                {
                    behind = rule;
                    return null;
                }

                perRequest = true;
                state.NextIntention();
            }

            return null;
        }
        finally
        {
            state.Dispose();
        }
    }

    /// <summary>The decision for a request under a known default policy.</summary>
    public IntentionDecision Decide(ConnectPeer caller, in RequestView request, DefaultPolicyAnswer byDefault) =>
        Decide(caller, in request, out var behind) ?? behind?.Requests?.DecideByDefault(caller, byDefault) ?? byDefault.Decide(caller);

    // The rules of this caller's name and those of any, in one order; mostly the first is the last one asked.
    private IntentionRule? Next(ConnectPeer caller, IntentionRule? after)
    {
        var named = _named.TryGetValue(caller.Service, out var rules) ? First(rules, caller, after) : null;
        var any = First(_any, caller, after);
        return named is null || (any is not null && Order(any, named, caller) < 0) ? any : named;
    }

    private static IntentionRule? First(IntentionRule[] rules, ConnectPeer caller, IntentionRule? after)
    {
        IntentionRule? first = null;
        foreach (var rule in rules)
        {
            if (rule.Precedence < first?.Precedence)
                break;
            if (rule.Names(caller) && (after is null || Order(after, rule, caller) < 0) && (first is null || Order(rule, first, caller) < 0))
                first = rule;
        }

        return first;
    }

    // Of rules that weigh the same, one that names the caller in another spelling comes first: it can only deny, and behind one in
    // this very spelling nobody would ask it.
    private static int Order(IntentionRule left, IntentionRule right, ConnectPeer caller)
    {
        var byWeight = right.Precedence.CompareTo(left.Precedence);
        if (byWeight != 0)
            return byWeight;
        var bySpelling = left.NamesExactly(caller).CompareTo(right.NamesExactly(caller));
        return bySpelling != 0 ? bySpelling : left.CompareTo(right);
    }
}
