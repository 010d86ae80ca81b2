using System.Buffers;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>
/// What one pattern tells apart beyond ASCII. The runtime's engine reads UTF-16, where a code point may be two characters; so it
/// is shown another text: ASCII as it is, and each other code point as one character that stands for all which the pattern
/// treats alike. Those are surrogates and private use, to which the engine itself gives no meaning.
/// </summary>
internal sealed class RuneAlphabet
{
    /// <summary>From the first surrogate to the last of private use.</summary>
    public const int MostLetters = '\uF8FF' - First + 1;

    private const char First = '\uD800';
    private const int FirstRune = 0x80;

    // Where each interval starts, and its letter.
    private readonly int[] _starts;
    private readonly int[] _letters;

    private RuneAlphabet(int[] starts, int[] letters, int count)
    {
        _starts = starts;
        _letters = letters;
        Count = count;
    }

    /// <summary>How many letters it has; it can be used when these are at most <see cref="MostLetters"/>.</summary>
    public int Count { get; }

    public static RuneAlphabet Of(PatternNode tree)
    {
        var sets = new HashSet<RuneSet>();
        Collect(tree, sets);
        var starts = new SortedSet<int> { FirstRune };
        foreach (var set in sets)
        {
            for (var i = 0; i < set.RangeCount; i++)
            {
                var (first, last) = set[i];
                if (first > FirstRune)
                    starts.Add(first);
                if (last >= FirstRune && last < RuneSet.Last)
                    starts.Add(last + 1);
            }
        }

        int[] ordered = [.. starts];
        var (letters, count) = Divide(ordered, sets);
        return new(ordered, letters, count);
    }

    /// <summary>Writes the characters beyond ASCII that stand for the set: for each range its first and its last.</summary>
    public void Letters(RuneSet set, List<(char First, char Last)> letters)
    {
        var found = new SortedSet<int>();
        for (var i = 0; i < set.RangeCount; i++)
        {
            var (first, last) = set[i];
            if (last < FirstRune)
                continue;
            for (var at = IntervalOf(Math.Max(first, FirstRune)); at < _starts.Length && _starts[at] <= last; at++)
                found.Add(_letters[at]);
        }

        foreach (var letter in found)
        {
            if (letters.Count > 0 && letters[^1].Last + 1 == First + letter)
                letters[^1] = (letters[^1].First, (char)(First + letter));
            else
                letters.Add(((char)(First + letter), (char)(First + letter)));
        }
    }

    /// <summary>Writes a text in this alphabet; false when it is no text, for half a surrogate pair.</summary>
    public bool TryWrite(ReadOnlySpan<char> text, Span<char> destination, out int written)
    {
        written = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != OperationStatus.Done)
                return false;
            destination[written++] = rune.IsAscii ? (char)rune.Value : (char)(First + _letters[IntervalOf(rune.Value)]);
            text = text[length..];
        }

        return true;
    }

    private int IntervalOf(int rune)
    {
        var at = Array.BinarySearch(_starts, rune);
        return at >= 0 ? at : ~at - 1;
    }

    // Each set divides the letters it holds in part.
    private static (int[] Letters, int Count) Divide(int[] starts, HashSet<RuneSet> sets)
    {
        var letters = new int[starts.Length];
        var next = 1;
        var inside = new Dictionary<int, int>();
        foreach (var set in sets)
        {
            inside.Clear();
            for (var i = 0; i < set.RangeCount; i++)
            {
                var (first, last) = set[i];
                if (last < FirstRune)
                    continue;
                var at = Array.BinarySearch(starts, Math.Max(first, FirstRune));
                for (; at < starts.Length && starts[at] <= last; at++)
                {
                    if (!inside.TryGetValue(letters[at], out var letter))
                        inside.Add(letters[at], letter = next++);
                    letters[at] = letter;
                }
            }
        }

        var numbers = new Dictionary<int, int>();
        for (var i = 0; i < letters.Length; i++)
        {
            if (!numbers.TryGetValue(letters[i], out var number))
                numbers.Add(letters[i], number = numbers.Count);
            letters[i] = number;
        }

        return (letters, numbers.Count);
    }

    private static void Collect(PatternNode node, HashSet<RuneSet> sets)
    {
        switch (node)
        {
            case RuneNode { Rune: >= FirstRune } one:
                sets.Add(RuneSet.Of([(one.Rune, one.Rune)]));
                break;
            case SetNode { Runes: { RangesBeyondAscii: > 0 } set }:
                sets.Add(set);
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    Collect(part, sets);
                break;
            case ChoiceNode choice:
                foreach (var one in choice.Choices)
                    Collect(one, sets);
                break;
            case RepeatNode repeat:
                Collect(repeat.Body, sets);
                break;
        }
    }
}
