namespace ConsulConnect.Intentions;

/// <summary>Classes in brackets. A bracket or a hyphen inside has no meaning of its own: nothing is subtracted.</summary>
internal sealed partial class Re2Parser
{
    private bool ReadClass()
    {
        var start = _at;
        var ranges = new List<(int First, int Last)>();
        _at++;
        var isNegated = At(_at) == '^' && _at < _pattern.Length;
        if (isNegated)
            _at++;

        for (var first = _at; _at < _pattern.Length && (_pattern[_at] != ']' || _at == first);)
        {
            if (!TryReadNameOf(ranges, out var wasName))
                return false;
            if (wasName)
                continue;
            if (_pattern[_at] == '\\' && Next() is 'p' or 'P' or 'd' or 'D' or 's' or 'S' or 'w' or 'W')
            {
                if (!TryReadNamedEscape(ranges))
                    return false;
            }
            else if (!TryReadRange(ranges))
            {
                return false;
            }
        }

        if (_at >= _pattern.Length)
            return Fail($"the class at position {start} has no closing bracket");
        _at++;
        var set = RuneSet.Of(ranges);
        return Add(isNegated ? set.Negate() : set);
    }

    // [:alpha:]; without :] behind it, the bracket is a bracket.
    private bool TryReadNameOf(List<(int First, int Last)> ranges, out bool wasName)
    {
        wasName = false;
        if (!Sees("[:"))
            return true;
        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            return true;

        var name = _pattern.AsSpan((_at + 2)..end);
        var isNegated = name.StartsWith('^');
        if (AsciiClasses.ByName(isNegated ? name[1..] : name) is not { } group)
            return Fail($"[:{name}:] at position {_at} is none of RE2's named classes");
        AddGroup(ranges, group, isNegated);
        _at = end + 2;
        wasName = true;
        return true;
    }

    private bool TryReadRange(List<(int First, int Last)> ranges)
    {
        var start = _at;
        if (!TryReadClassCharacter(out var first))
            return false;
        var last = first;
        if (At(_at) == '-' && _at + 1 < _pattern.Length && _pattern[_at + 1] != ']')
        {
            _at++;
            if (!TryReadClassCharacter(out last))
                return false;
        }

        if (last < first)
            return Fail($"the range {_pattern[start.._at]} at position {start} ends before it begins");
        AddRange(ranges, first, last);
        return true;
    }

    private bool TryReadClassCharacter(out int rune)
    {
        if (_pattern[_at] == '\\')
            return TryReadCharacterEscape(out rune);
        rune = TakeRune();
        return true;
    }

    private void AddRange(List<(int First, int Last)> ranges, int first, int last)
    {
        if (Has(Flags.IgnoringCase))
            UnicodeTables.Instance.AddFolded(ranges, first, last);
        else
            ranges.Add((first, last));
    }

    // Ignoring case, what is not in \W is everything that folds into \w: the class grows first and is negated then.
    private void AddGroup(List<(int First, int Last)> ranges, RuneSet group, bool isNegated)
    {
        var grown = group;
        if (Has(Flags.IgnoringCase))
        {
            var folded = new List<(int First, int Last)>();
            for (var i = 0; i < group.RangeCount; i++)
                UnicodeTables.Instance.AddFolded(folded, group[i].First, group[i].Last);
            grown = RuneSet.Of(folded);
        }

        (isNegated ? grown.Negate() : grown).CopyTo(ranges);
    }
}
