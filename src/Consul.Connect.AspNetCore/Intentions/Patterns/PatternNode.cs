namespace ConsulConnect.Intentions;

/// <summary>
/// A part of a pattern. Whether a whole text matches depends neither on groups nor on greed, so no node speaks of them, and
/// the factories below leave out what changes nothing.
/// </summary>
internal abstract record PatternNode
{
    public static readonly PatternNode Empty = new EmptyNode();

    public static PatternNode Sequence(List<PatternNode> parts)
    {
        parts.RemoveAll(part => part is EmptyNode);
        return parts switch { [] => Empty, [var only] => only, _ => new SequenceNode([.. parts]) };
    }

    public static PatternNode AnyOf(List<PatternNode> choices) => choices is [var only] ? only : new ChoiceNode([.. choices]);

    public static PatternNode Set(RuneSet set) => set.Single is { } rune ? new RuneNode(rune) : new SetNode(set);

    /// <param name="most">Null: no end.</param>
    public static PatternNode Repeat(PatternNode body, int least, int? most)
    {
        if (body is EmptyNode || most == 0)
            return Empty;
        if (least == 1 && most == 1)
            return body;

        // Stars, pluses and question marks on one another are again one of the three; so no tree is deep for many of them.
        if (least <= 1 && most is null or 1 && body is RepeatNode { Least: <= 1, Most: null or 1 } inner)
            return Repeat(inner.Body, least * inner.Least, most is null || inner.Most is null ? null : 1);
        return new RepeatNode(body, least, most);
    }
}

/// <summary>The empty text.</summary>
internal sealed record EmptyNode : PatternNode;

/// <summary>One character.</summary>
internal sealed record RuneNode(int Rune) : PatternNode;

/// <summary>One character out of a set, which may be empty.</summary>
internal sealed record SetNode(RuneSet Runes) : PatternNode;

/// <summary>A place in the text that holds nothing.</summary>
internal sealed record PlaceNode(Place Place) : PatternNode;

internal sealed record SequenceNode(PatternNode[] Parts) : PatternNode;

internal sealed record ChoiceNode(PatternNode[] Choices) : PatternNode;

/// <summary>The body at least so often, and at most so often; null: without end.</summary>
internal sealed record RepeatNode(PatternNode Body, int Least, int? Most) : PatternNode;

internal enum Place
{
    StartOfText,
    EndOfText,
    StartOfLine,
    EndOfLine,
    WordBoundary,
    NoWordBoundary,
}
