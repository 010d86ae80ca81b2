using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>What a tree says without an engine: the text all matches begin with, and whether only one set follows it.</summary>
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

    /// <summary>Whether the tree is a text and, at most, one repeated set behind it.</summary>
    /// <param name="tree">Without anchors.</param>
    /// <param name="prefix">The text.</param>
    /// <param name="tail">What may follow; null: nothing.</param>
    public static bool IsPrefixAndTail(PatternNode tree, out string prefix, out RepeatNode? tail)
    {
        var text = new StringBuilder();
        var parts = tree is SequenceNode sequence ? sequence.Parts : [tree];
        tail = parts[^1] is RepeatNode { Least: 0 or 1, Most: null, Body: SetNode or RuneNode } last ? last : null;
        var isAllText = true;
        foreach (var part in parts.AsSpan(0, tail is null ? parts.Length : parts.Length - 1))
            isAllText = isAllText && part is RuneNode or EmptyNode && AppendPrefix(part, text);
        prefix = text.ToString();
        return isAllText && prefix.Length < LongestPrefix;
    }

    /// <summary>Whether it asks anywhere in which place of the text it stands.</summary>
    public static bool HasPlaces(PatternNode tree) => tree switch
    {
        PlaceNode => true,
        SequenceNode sequence => Array.Exists(sequence.Parts, HasPlaces),
        ChoiceNode choice => Array.Exists(choice.Choices, HasPlaces),
        RepeatNode repeat => HasPlaces(repeat.Body),
        _ => false,
    };

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
