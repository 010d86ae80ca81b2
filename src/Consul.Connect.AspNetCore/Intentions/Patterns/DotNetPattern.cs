using System.Globalization;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>Writes a tree in the runtime's syntax and a <see cref="RuneAlphabet"/>, with every character spelled out.</summary>
internal sealed class DotNetPattern(RuneAlphabet alphabet)
{
    private readonly StringBuilder _text = new();

    /// <param name="tree">Without places.</param>
    /// <param name="alphabet">Of the same tree.</param>
    /// <returns>A pattern for the whole text.</returns>
    public static string Write(PatternNode tree, RuneAlphabet alphabet)
    {
        var writer = new DotNetPattern(alphabet);
        writer._text.Append(@"\A(?:");
        writer.Append(tree);
        return writer._text.Append(@")\z").ToString();
    }

    private void Append(PatternNode node)
    {
        switch (node)
        {
            case RuneNode one:
                Append(RuneSet.Of([(one.Rune, one.Rune)]));
                break;
            case SetNode set:
                Append(set.Runes);
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    AppendPart(part);
                break;
            case ChoiceNode choice:
                for (var i = 0; i < choice.Choices.Length; i++)
                {
                    _text.Append(i == 0 ? "" : "|");
                    Append(choice.Choices[i]);
                }

                break;
            case RepeatNode repeat:
                _text.Append("(?:");
                Append(repeat.Body);
                _text.Append(CultureInfo.InvariantCulture, $"){{{repeat.Least},{repeat.Most}}}");
                break;
        }
    }

    private void AppendPart(PatternNode part)
    {
        if (part is not ChoiceNode)
        {
            Append(part);
            return;
        }

        _text.Append("(?:");
        Append(part);
        _text.Append(')');
    }

    private void Append(RuneSet set)
    {
        var ranges = new List<(char First, char Last)>();
        for (var i = 0; i < set.RangeCount && set[i].First < 0x80; i++)
            ranges.Add(((char)set[i].First, (char)Math.Min(set[i].Last, 0x7F)));
        alphabet.Letters(set, ranges);

        // The set of nothing, which matches nothing.
        if (ranges.Count == 0)
        {
            _text.Append(@"[^\u0000-\uFFFF]");
            return;
        }

        if (ranges is [var only] && only.First == only.Last)
        {
            Append(only.First);
            return;
        }

        _text.Append('[');
        foreach (var (first, last) in ranges)
        {
            Append(first);
            if (first == last)
                continue;
            _text.Append('-');
            Append(last);
        }

        _text.Append(']');
    }

    private void Append(char c)
    {
        if (char.IsAsciiLetterOrDigit(c))
            _text.Append(c);
        else
            _text.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:X4}");
    }
}
