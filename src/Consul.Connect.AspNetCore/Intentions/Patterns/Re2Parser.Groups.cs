namespace ConsulConnect.Intentions;

/// <summary>What begins with <c>(?</c>: flags, groups, and the constructs of other languages.</summary>
internal sealed partial class Re2Parser
{
    private static readonly (string Start, string Name)[] NotInRe2 =
    [
        ("(?=", "a look-ahead"), ("(?!", "a look-ahead"), ("(?<=", "a look-behind"), ("(?<!", "a look-behind"), ("(?>", "an atomic group"),
        ("(?#", "a comment"), ("(?(", "a condition"), ("(?P=", "a backreference"), ("(?P>", "a recursion"), ("(?'", "a name in quotes"),
        ("(?|", "a branch reset"), ("(?&", "a recursion"), ("(?R", "a recursion"),
    ];

    private bool ReadGroupWithQuestionMark()
    {
        foreach (var (start, name) in NotInRe2)
            if (Sees(start))
                return Fail($"{name}, {start} at position {_at}, is not in RE2");
        if (Sees("(?P<"))
            return OpenNamed(_at + 4);
        return Sees("(?<") ? OpenNamed(_at + 3) : ReadFlags();
    }

    private bool OpenNamed(int nameAt)
    {
        var end = _pattern.IndexOf('>', nameAt);
        var name = end < 0 ? "" : _pattern[nameAt..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return Fail($"the group at position {_at} has no name of ASCII letters, digits and underscores that ends with >");
        if (!(_names ??= []).Add(name))
            return Fail($"two groups have the name {name}");
        return Open(end + 1, _flags, captures: true);
    }

    private bool ReadFlags()
    {
        var (flags, start) = (_flags, _at);
        var (taking, sawFlag) = (false, false);
        for (_at += 2; _at < _pattern.Length; _at++)
        {
            switch (_pattern[_at])
            {
                case '-' when !taking:
                    (taking, sawFlag) = (true, false);
                    continue;
                case ':' or ')' when taking && !sawFlag:
                    return Fail($"the flags at position {start} take away nothing");
                case ':':
                    return Open(_at + 1, flags, captures: false);
                case ')':
                    _at++;
                    _flags = flags;
                    return true;
                case 'i' or 'm' or 's' or 'U':
                    sawFlag = true;
                    // Greed, U, changes nothing in whether a whole text matches.
                    var flag = _pattern[_at] switch { 'i' => Flags.IgnoringCase, 'm' => Flags.Lines, 's' => Flags.DotIsAll, _ => Flags.None };
                    flags = taking ? flags & ~flag : flags | flag;
                    continue;
            }

            return Fail($"(?{_pattern[_at]} at position {start} is not in RE2, whose flags are i, m, s and U");
        }

        return Fail($"the group at position {start} has no end");
    }

    /// <summary>What stands in a group, or in the whole pattern, so far.</summary>
    private sealed record OpenGroup(Flags FlagsBefore, bool Captures)
    {
        private readonly List<Part> _choices = [];

        public List<Part> Parts { get; } = [];

        /// <summary>Ends one alternative; false: it is too large.</summary>
        public bool NextChoice()
        {
            var size = PatternSize.Nothing;
            foreach (var part in Parts)
                size = size.And(part.Size);
            _choices.Add(new(PatternNode.Sequence(Parts.ConvertAll(part => part.Node)), size));
            Parts.Clear();
            return !size.IsTooLarge;
        }

        /// <summary>All of it; null: it is too large.</summary>
        public Part? Finish()
        {
            if (!NextChoice())
                return null;
            var size = PatternSize.Nothing;
            foreach (var choice in _choices)
                size = size.And(choice.Size);
            return size.IsTooLarge ? null : new(PatternNode.AnyOf(_choices.ConvertAll(choice => choice.Node)), size);
        }
    }

    private readonly record struct Part(PatternNode Node, PatternSize Size);
}
