using System.Buffers;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>A pattern ready to match. Where a text and one set say all, no automaton is asked.</summary>
internal sealed class Re2Matcher
{
    private readonly string _prefix;
    private readonly RuneAutomaton? _automaton;
    private readonly RuneSet? _tail;
    private readonly bool _mayEnd;

    public Re2Matcher(PatternNode tree)
    {
        (_prefix, var rest) = PatternShape.SplitPrefix(PatternShape.WithoutAnchors(tree));
        switch (rest)
        {
            case EmptyNode:
                _mayEnd = true;
                break;
            case RepeatNode { Least: 0 or 1, Most: null, Body: SetNode or RuneNode } tail:
                _tail = tail.Body is SetNode set ? set.Runes : RuneSet.Of(((RuneNode)tail.Body).Rune);
                _mayEnd = tail.Least == 0;
                break;
            default:
                _automaton = new(rest, _prefix);
                break;
        }
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(_prefix, StringComparison.Ordinal))
            return false;
        var rest = text[_prefix.Length..];
        if (_automaton is not null)
            return _automaton.IsMatch(rest);
        if (rest.IsEmpty)
            return _mayEnd;
        if (_tail is null)
            return false;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done || !_tail.Contains(rune.Value))
                return false;
            rest = rest[length..];
        }

        return true;
    }
}
