using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace ConsulConnect.Intentions;

/// <summary>A pattern ready to match. Where a text and one set say all, no engine is asked.</summary>
internal sealed class Re2Matcher
{
    private const int OnStack = 256;

    private readonly string _prefix;
    private readonly RuneAlphabet? _alphabet;
    private readonly Regex? _engine;
    private readonly RuneAutomaton? _automaton;
    private readonly RuneSet? _tail;
    private readonly bool _mayEnd;

    /// <param name="tree">Of the size the parser and <see cref="RuneAlphabet.MostLetters"/> allow: the engine then takes it.</param>
    public Re2Matcher(PatternNode tree)
    {
        var inner = PatternShape.WithoutAnchors(tree);
        if (PatternShape.IsPrefixAndTail(inner, out _prefix, out var tail))
        {
            _tail = tail?.Body switch { SetNode set => set.Runes, RuneNode one => RuneSet.Of([(one.Rune, one.Rune)]), _ => null };
            _mayEnd = tail is null or { Least: 0 };
            return;
        }

        _prefix = PatternShape.Prefix(inner);
        if (PatternShape.HasPlaces(inner))
        {
            _automaton = new(inner);
            return;
        }

        _alphabet = RuneAlphabet.Of(inner);
        _engine = new(DotNetPattern.Write(inner, _alphabet), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(_prefix, StringComparison.Ordinal))
            return false;
        if (_automaton is not null)
            return _automaton.IsMatch(text);
        if (_engine is null)
            return IsTail(text[_prefix.Length..]);
        if (Ascii.IsValid(text))
            return _engine.IsMatch(text);

        char[]? rented = null;
        var letters = text.Length <= OnStack ? stackalloc char[OnStack] : rented = ArrayPool<char>.Shared.Rent(text.Length);
        var isMatch = _alphabet!.TryWrite(text, letters, out var written) && _engine.IsMatch(letters[..written]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return isMatch;
    }

    private bool IsTail(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return _mayEnd;
        if (_tail is null)
            return false;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != OperationStatus.Done || !_tail.Contains(rune.Value))
                return false;
            text = text[length..];
        }

        return true;
    }
}
