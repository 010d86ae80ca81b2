using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>Reads RE2's syntax as RE2 does, and refuses what RE2 refuses. One instance reads one pattern.</summary>
internal sealed partial class Re2Parser
{
    private readonly string _pattern;
    private readonly Stack<OpenGroup> _open = [];
    private HashSet<string>? _names;
    private OpenGroup _group;
    private Flags _flags;
    private int _at;
    private bool _afterRepeat;
    private string? _problem;

    private Re2Parser(string pattern, Flags flags)
    {
        _pattern = pattern;
        _flags = flags;
        _group = new(flags, Captures: false);
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoringCase = 1,
        Lines = 2,
        DotIsAll = 4,
    }

    /// <param name="pattern">In RE2's syntax.</param>
    /// <param name="ignoringCase">As though it began with <c>(?i)</c>.</param>
    /// <param name="tree">What it says.</param>
    /// <param name="size">How large it is.</param>
    /// <param name="problem">Why it is refused, naming the construct.</param>
    public static bool TryParse(string pattern, bool ignoringCase, [NotNullWhen(true)] out PatternNode? tree, out PatternSize size, [NotNullWhen(false)] out string? problem)
    {
        var parser = new Re2Parser(pattern, ignoringCase ? Flags.IgnoringCase : Flags.None);
        var whole = parser.Read();
        (tree, size, problem) = (whole?.Node, whole?.Size ?? default, whole is null ? parser._problem! : null);
        return tree is not null;
    }

    private Part? Read()
    {
        if (_pattern.Length > PatternSize.MostCharacters)
            return Refuse($"it has more than {PatternSize.MostCharacters} characters");
        for (var i = 0; i < _pattern.Length; i++)
        {
            if (!char.IsSurrogate(_pattern[i]))
                continue;
            if (i + 1 == _pattern.Length || !char.IsSurrogatePair(_pattern[i], _pattern[i + 1]))
                return Refuse($"position {i} holds half a surrogate pair, which is no character");
            i++;
        }

        while (_at < _pattern.Length)
        {
            var wasRepeat = _afterRepeat;
            _afterRepeat = false;
            if (!ReadOne(wasRepeat))
                return null;
        }

        if (_open.Count > 0)
            return Refuse("a closing parenthesis is missing");
        return Finish();
    }

    private bool ReadOne(bool wasRepeat)
    {
        switch (_pattern[_at])
        {
            case '(':
                return Next() == '?' ? ReadGroupWithQuestionMark() : Open(_at + 1, _flags, captures: true);
            case ')':
                return Close();
            case '|':
                _at++;
                return _group.NextChoice() || TooLarge();
            case '^':
                _at++;
                return Add(Has(Flags.Lines) ? Place.StartOfLine : Place.StartOfText);
            case '$':
                _at++;
                return Add(Has(Flags.Lines) ? Place.EndOfLine : Place.EndOfText);
            case '.':
                _at++;
                return Add(Has(Flags.DotIsAll) ? RuneSet.All : RuneSet.AllButNewline);
            case '[':
                return ReadClass();
            case '*' or '+' or '?' or '{':
                return ReadRepeat(wasRepeat);
            case '\\':
                return ReadEscape();
            default:
                return AddLiteral(TakeRune());
        }
    }

    private bool Close()
    {
        if (!_open.TryPop(out var outer))
            return Fail($"the closing parenthesis at position {_at} has no opening one");
        if (Finish() is not { } whole)
            return false;
        _at++;
        _flags = _group.FlagsBefore;
        var size = _group.Captures ? whole.Size.InGroup() : whole.Size;
        _group = outer;
        return Add(new Part(whole.Node, size));
    }

    private bool Open(int bodyAt, Flags flags, bool captures)
    {
        if (_open.Count == PatternSize.MostNestedGroups)
            return Fail($"groups are nested more than {PatternSize.MostNestedGroups} deep");
        _open.Push(_group);
        _group = new(_flags, captures);
        _flags = flags;
        _at = bodyAt;
        return true;
    }

    private Part? Finish()
    {
        if (_group.Finish() is { } whole)
            return whole;
        TooLarge();
        return null;
    }

    private bool AddLiteral(int rune)
    {
        if (!Has(Flags.IgnoringCase) || UnicodeTables.Instance.Orbit(rune) is not { Length: > 0 } orbit)
            return Add(new Part(new RuneNode(rune), PatternSize.Rune));
        var ranges = new List<(int First, int Last)>(orbit.Length);
        foreach (var one in orbit)
            ranges.Add((one, one));
        return Add(RuneSet.Of(ranges));
    }

    private bool Add(RuneSet set) => Add(new Part(PatternNode.Set(set), PatternSize.Of(set)));

    private bool Add(Place place) => Add(new Part(new PlaceNode(place), PatternSize.Nothing));

    private bool Add(Part part)
    {
        _group.Parts.Add(part);
        return !part.Size.IsTooLarge || TooLarge();
    }

    private bool Has(Flags flag) => (_flags & flag) != 0;

    private char Next(int ahead = 1) => _at + ahead < _pattern.Length ? _pattern[_at + ahead] : '\0';

    private bool Sees(string text) => _pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal);

    private int TakeRune()
    {
        var rune = Rune.GetRuneAt(_pattern, _at);
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private bool TooLarge() => Fail("it is too large when its repeats are written out");

    private bool Fail(string problem)
    {
        _problem ??= problem;
        return false;
    }

    private Part? Refuse(string problem)
    {
        Fail(problem);
        return null;
    }
}
