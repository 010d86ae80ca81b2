namespace ConsulConnect.Intentions;

/// <summary>Repeats: <c>*</c>, <c>+</c>, <c>?</c>, <c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c>, each perhaps with a lazy <c>?</c> behind.</summary>
internal sealed partial class Re2Parser
{
    private bool ReadRepeat(bool wasRepeat)
    {
        var start = _at;
        var (least, most) = (0, (int?)null);
        switch (_pattern[_at])
        {
            case '{' when !TryReadCounts(out least, out most):
                return AddLiteral(TakeRune());
            case '{':
                break;
            case '+':
                least = 1;
                _at++;
                break;
            case '?':
                most = 1;
                _at++;
                break;
            default:
                _at++;
                break;
        }

        if (_at < _pattern.Length && _pattern[_at] == '?')
            _at++;
        var sign = _pattern[start.._at];
        if (wasRepeat)
            return Fail($"{sign} at position {start} repeats a repeat: a possessive or doubled repeat is not in RE2");
        if (least > PatternSize.MostCopies || most > PatternSize.MostCopies || most < least)
            return Fail($"{sign} at position {start} is no repeat of at most {PatternSize.MostCopies}");
        if (_group.Parts.Count == 0)
            return Fail($"{sign} at position {start} has nothing to repeat");

        var body = _group.Parts[^1];
        var part = new Part(PatternNode.Repeat(body.Node, least, most), body.Size.Repeated(least, most));
        if (part.Size.Copies > PatternSize.MostCopies)
            return Fail($"{sign} at position {start} makes nested repeats of more than {PatternSize.MostCopies} in all");
        _group.Parts.RemoveAt(_group.Parts.Count - 1);
        _afterRepeat = true;
        return Add(part);
    }

    // What is no count is a brace like any other character.
    private bool TryReadCounts(out int least, out int? most)
    {
        most = null;
        var at = _at + 1;
        if (!TryReadNumber(ref at, out least))
            return false;
        if (At(at) != ',')
            most = least;
        else if (At(++at) != '}')
        {
            if (!TryReadNumber(ref at, out var number))
                return false;
            most = number;
        }

        if (At(at) != '}')
            return false;
        _at = at + 1;
        return true;
    }

    private bool TryReadNumber(ref int at, out int number)
    {
        number = 0;
        if (!char.IsAsciiDigit(At(at)) || (At(at) == '0' && char.IsAsciiDigit(At(at + 1))))
            return false;
        for (; char.IsAsciiDigit(At(at)); at++)
        {
            if (number >= 100_000_000)
                return false;
            number = number * 10 + (At(at) - '0');
        }

        return true;
    }

    private char At(int index) => index < _pattern.Length ? _pattern[index] : '\0';
}
