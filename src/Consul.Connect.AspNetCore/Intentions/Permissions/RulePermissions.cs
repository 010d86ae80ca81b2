namespace ConsulConnect.Intentions;

/// <summary>The permissions of one intention, in order: the first that matches decides.</summary>
internal sealed class RulePermissions
{
    private readonly PermissionRule[] _rules;
    private readonly string?[] _sentences;

    public RulePermissions(PermissionRule[] rules)
    {
        // What never matches and what is never reached is not asked.
        var last = Array.FindIndex(rules, rule => rule.MatchesAll);
        _rules = [.. (last < 0 ? rules : rules[..(last + 1)]).Where(rule => !rule.MatchesNothing)];
        _sentences = new string?[_rules.Length];
        CouldAllow = _rules.Any(rule => rule.Allows);
        CouldDeny = _rules.Any(rule => !rule.Allows);
        MatchesAll = last < 0 ? null : rules[last];
    }

    /// <summary>Whether some request could be allowed by one of them.</summary>
    public bool CouldAllow { get; }

    public bool CouldDeny { get; }

    /// <summary>The one that leaves nothing to what comes after; null when there is none.</summary>
    public PermissionRule? MatchesAll { get; }

    /// <param name="deniesOnly">Whether those that allow are left out.</param>
    public PermissionRule? Match(ref RequestState state, bool deniesOnly, out int index)
    {
        for (index = 0; index < _rules.Length; index++)
        {
            var rule = _rules[index];
            if (!(deniesOnly && rule.Allows) && rule.Matches(ref state))
                return rule;
        }

        return null;
    }

    /// <summary>The sentence for one of them, made once: most are never needed.</summary>
    public string Sentence(int index, RequestRules owner) => _sentences[index] ??= owner.Prepare(_rules[index]);
}
