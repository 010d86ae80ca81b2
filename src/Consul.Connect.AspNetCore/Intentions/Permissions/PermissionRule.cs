using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>One permission, compiled. All its conditions must hold.</summary>
/// <param name="place">Its place in the intention, from 0.</param>
/// <param name="allows">Whether it allows what it matches; else it denies.</param>
/// <param name="isConstant">Whether no condition is asked: a permission that allows then matches nothing, one that denies everything.</param>
/// <param name="reason">Why it denies.</param>
/// <param name="does">What it does, for the sentence.</param>
/// <param name="written">Its conditions, for the sentence; null when they are not said.</param>
internal sealed class PermissionRule(int place, bool allows, bool isConstant, DecisionReason reason, string does, HttpCondition? written, MethodTest? methods, PathTest? path, HeaderTest[] headers)
{
    public int Place { get; } = place;

    public bool Allows { get; } = allows;

    public DecisionReason Reason { get; } = reason;

    /// <summary>Put together when it is asked for: most sentences never are.</summary>
    public string Does => written is null ? does : $"{does} ({Wording.Clean(PermissionText.Of(written))})";

    /// <summary>Whether nothing after it is ever asked.</summary>
    public bool MatchesAll => isConstant && !Allows;

    public bool MatchesNothing => isConstant && Allows;

    public bool Matches(ref RequestState state)
    {
        if (isConstant)
            return !Allows;
        if ((methods is not null && !methods.Holds(ref state)) || (path is not null && !path.Holds(ref state)))
            return false;

        foreach (var header in headers)
        {
            if (!header.Holds(ref state))
                return false;
        }

        return true;
    }
}
