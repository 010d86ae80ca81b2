using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>The intentions that concern one service, compiled once per change. Immutable, pure, and the same for every order of the same intentions.</summary>
internal sealed class IntentionSet
{
    private readonly Dictionary<string, IntentionRule[]> _named;
    private readonly IntentionRule[] _any;

    /// <param name="match">What the agent answered for this destination.</param>
    /// <param name="service">The destination. Only what names it, in any case, can allow; what denies was matched by the agent.</param>
    public IntentionSet(IntentionMatch match, string service)
    {
        // A rule about another cluster's services never names one of ours, whatever else it says.
        var rules = match.Intentions
            .Where(intention => string.IsNullOrEmpty(intention.SourcePeer))
            .Select(intention => new IntentionRule(intention, service))
            .Order()
            .ToArray();

        Count = match.Intentions.Count;
        NamesEveryNamespace = rules.Any(rule => rule.NamesEveryNamespace);
        NotUnderstood = rules.FirstOrDefault(rule => rule.Effect == RuleEffect.NotUnderstood)?.ToString();
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

    /// <summary>The rule that decides for this caller, and it alone; null when no intention names the caller.</summary>
    public IntentionRule? Match(ConnectPeer caller)
    {
        var named = _named.TryGetValue(caller.Service, out var rules) ? First(rules, caller) : null;
        var any = First(_any, caller);
        return named is null || (any is not null && any.CompareTo(named) < 0) ? any : named;
    }

    /// <summary>The decision for a whole connection; null when no intention names the caller.</summary>
    public IntentionDecision? Decide(ConnectPeer caller) => Match(caller)?.Decide(caller);

    private static IntentionRule? First(IntentionRule[] rules, ConnectPeer caller)
    {
        foreach (var rule in rules)
        {
            if (rule.Names(caller))
                return rule;
        }

        return null;
    }
}
