using System.Collections.Immutable;

namespace ConsulConnect.DevAgent.Intentions;

internal static class SourceArrays
{
    /// <summary>Of the first source that is meant; -1: there is none.</summary>
    public static int IndexOf(this ImmutableArray<SourceIntention> sources, Func<SourceIntention, bool> isMeant)
    {
        for (var i = 0; i < sources.Length; i++)
            if (isMeant(sources[i]))
                return i;
        return -1;
    }
}
