using System.Globalization;

namespace ConsulConnect.Intentions;

/// <summary>What begins with a backslash.</summary>
internal sealed partial class Re2Parser
{
    private bool ReadEscape()
    {
        switch (Next())
        {
            case 'A':
                return AddPlace(Place.StartOfText);
            case 'z':
                return AddPlace(Place.EndOfText);
            case 'b':
                return AddPlace(Place.WordBoundary);
            case 'B':
                return AddPlace(Place.NoWordBoundary);
            case 'C':
                return Fail($@"\C at position {_at} stands for one byte, and is not offered");
            case 'Q':
                return ReadQuoted();
            case 'p' or 'P' or 'd' or 'D' or 's' or 'S' or 'w' or 'W':
                var ranges = new List<(int First, int Last)>();
                return TryReadNamedEscape(ranges) && Add(RuneSet.Of(ranges));
            default:
                return TryReadCharacterEscape(out var rune) && AddLiteral(rune);
        }
    }

    private bool AddPlace(Place place)
    {
        _at += 2;
        return Add(place);
    }

    private bool ReadQuoted()
    {
        for (_at += 2; _at < _pattern.Length;)
        {
            if (Sees(@"\E"))
            {
                _at += 2;
                break;
            }

            if (!AddLiteral(TakeRune()))
                return false;
        }

        return true;
    }

    /// <summary><c>\d</c>, <c>\pL</c>, <c>\p{Greek}</c> and their opposites.</summary>
    private bool TryReadNamedEscape(List<(int First, int Last)> ranges)
    {
        var letter = Next();
        var isNegated = char.IsAsciiLetterUpper(letter);
        if (AsciiClasses.ByLetter(char.ToLowerInvariant(letter)) is { } known)
        {
            _at += 2;
            AddGroup(ranges, known, isNegated);
            return true;
        }

        var start = _at;
        _at += 2;
        string name;
        if (_at == _pattern.Length)
            name = "";
        else if (_pattern[_at] != '{')
        {
            var nameAt = _at;
            TakeRune();
            name = _pattern[nameAt.._at];
        }
        else
        {
            var end = _pattern.IndexOf('}', _at);
            name = end < 0 ? "" : _pattern[(_at + 1)..end];
            _at = end + 1;
        }

        if (name.StartsWith('^'))
            (name, isNegated) = (name[1..], !isNegated);
        if (UnicodeTables.Instance.Group(name) is not { } group)
            return Fail($@"\{letter} at position {start} does not name one of RE2's categories and scripts");
        AddGroup(ranges, group, isNegated);
        return true;
    }

    /// <summary>An escape that stands for one character, also within a class.</summary>
    private bool TryReadCharacterEscape(out int rune)
    {
        var start = _at;
        rune = 0;
        if (_at + 1 == _pattern.Length)
            return Fail("it ends with a backslash");
        var c = _pattern[_at + 1];
        _at += 2;
        switch (c)
        {
            case >= '1' and <= '9' when c > '7' || At(_at) is < '0' or > '7':
                return Fail($@"a backreference, \{c} at position {start}, is not in RE2");
            case >= '0' and <= '7':
                rune = c - '0';
                for (var digits = 1; digits < 3 && At(_at) is >= '0' and <= '7'; digits++)
                    rune = rune * 8 + (_pattern[_at++] - '0');
                return true;
            case 'x':
                return TryReadHex(out rune) || Fail($@"\x at position {start} is followed neither by two hexadecimal digits nor by a code point in braces");
            case 'k':
                return Fail($@"a backreference, \k at position {start}, is not in RE2");
        }

        rune = c switch { 'a' => '\a', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => c };
        return (c < 0x80 && (rune != c || !char.IsAsciiLetter(c))) || Fail($@"\{c} at position {start} is not in RE2");
    }

    private bool TryReadHex(out int rune)
    {
        rune = 0;
        if (At(_at) != '{')
        {
            if (!char.IsAsciiHexDigit(At(_at)) || !char.IsAsciiHexDigit(At(_at + 1)))
                return false;
            rune = int.Parse(_pattern.AsSpan(_at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            _at += 2;
            return true;
        }

        var first = ++_at;
        for (; char.IsAsciiHexDigit(At(_at)); _at++)
        {
            rune = rune * 16 + int.Parse(_pattern.AsSpan(_at, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (rune > RuneSet.Last)
                return false;
        }

        return _at > first && At(_at++) == '}';
    }
}
