using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>What a tree says before it is followed: where it is anchored, and the text all its matches begin with.</summary>
internal static class PatternShape
{
    private const int LongestPrefix = 256;

    /// <summary>The tree without what holds for every whole text: that it begins at its beginning and ends at its end.</summary>
    public static PatternNode WithoutAnchors(PatternNode tree)
    {
        if (tree is not SequenceNode { Parts: var parts })
            return tree;
        var (start, end) = (0, parts.Length);
        while (start < end && parts[start] is PlaceNode { Place: Place.StartOfText or Place.StartOfLine })
            start++;
        while (end > start && parts[end - 1] is PlaceNode { Place: Place.EndOfText or Place.EndOfLine })
            end--;
        return PatternNode.Sequence([.. parts[start..end]]);
    }

    /// <summary>What every text that matches begins with.</summary>
    public static string Prefix(PatternNode tree)
    {
        var prefix = new StringBuilder();
        AppendPrefix(tree, prefix);
        return prefix.ToString();
    }

    /// <summary>The characters the tree begins with one by one, and what follows them.</summary>
    public static (string Prefix, PatternNode Remainder) SplitPrefix(PatternNode tree)
    {
        var parts = tree is SequenceNode sequence ? sequence.Parts : [tree];
        var prefix = new StringBuilder();
        var taken = 0;
        while (taken < parts.Length && parts[taken] is RuneNode && AppendPrefix(parts[taken], prefix))
            taken++;
        return (prefix.ToString(), PatternNode.Sequence([.. parts[taken..]]));
    }

    // Whether more may be appended: the node was one text, written to its end.
    private static bool AppendPrefix(PatternNode node, StringBuilder prefix)
    {
        switch (node)
        {
            case EmptyNode or PlaceNode:
                return true;
            case RuneNode one when prefix.Length < LongestPrefix:
                // Half a surrogate pair in the pattern's \x{D800} is in no text.
                prefix.Append(Rune.IsValid(one.Rune) ? char.ConvertFromUtf32(one.Rune) : "");
                return Rune.IsValid(one.Rune);
            case SequenceNode sequence:
                return Array.TrueForAll(sequence.Parts, part => AppendPrefix(part, prefix));
            case RepeatNode { Least: > 0 } repeat:
                AppendPrefix(repeat.Body, prefix);
                return false;
            case ChoiceNode choice:
                prefix.Append(CommonPrefix([.. choice.Choices.Select(Prefix)]));
                return false;
            default:
                return false;
        }
    }

    private static string CommonPrefix(string[] texts)
    {
        var common = texts[0];
        foreach (var text in texts)
            common = common[..common.AsSpan().CommonPrefixLength(text)];
        return common is [.., var last] && char.IsHighSurrogate(last) ? common[..^1] : common;
    }
}
