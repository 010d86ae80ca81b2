namespace ConsulConnect.Intentions;

/// <summary>The paths a permission is about.</summary>
internal sealed class PathTest
{
    private readonly TextKind _kind;
    private readonly string[] _texts;
    private readonly Re2Pattern? _pattern;
    private readonly Matching _matching;

    private PathTest(TextKind kind, string[] texts, Re2Pattern? pattern, Matching matching)
    {
        _kind = kind;
        _texts = texts;
        _pattern = pattern;
        _matching = matching;
    }

    public static PathTest Of(TextKind kind, string text, Matching matching, RequestReading reading) =>
        new(kind, matching == Matching.Loose ? RulePath.Readings(text, kind == TextKind.Prefix, reading) : [text], null, matching);

    public static PathTest Of(Re2Pattern pattern, Matching matching) => new(TextKind.Regex, [], pattern, matching);

    public bool Holds(ref RequestState state)
    {
        if (_matching == Matching.Loose)
            return HoldsLoosely(ref state);
        if (!state.HasPath)
            return false;
        return _kind switch
        {
            TextKind.Exact => state.Path.SequenceEqual(_texts[0]),
            TextKind.Prefix => state.Path.StartsWith(_texts[0], StringComparison.Ordinal),
            _ => state.Path.StartsWith(_pattern!.LiteralPrefix, StringComparison.Ordinal) && _pattern.IsMatch(state.Path),
        };
    }

    // Letters do not matter, nor does one slash at the end.
    private bool HoldsLoosely(ref RequestState state)
    {
        ref var forms = ref state.Forms;
        for (var i = 0; i < forms.Count; i++)
        {
            if (_pattern is not null)
            {
                if (Matches(_pattern, ref forms, i))
                    return true;
                continue;
            }

            foreach (var text in _texts)
            {
                if (_kind == TextKind.Exact ? AreSame(forms[i], text) : Begins(forms[i], text))
                    return true;
            }
        }

        return false;
    }

    private static bool Matches(Re2Pattern pattern, ref PathForms forms, int form)
    {
        var path = forms[form];

        // Beyond ASCII the letters a pattern takes for the same are not those of an ordinal comparison.
        var prefix = pattern.LiteralPrefix;
        if (forms.AreAscii && !(path.Length + 1 >= prefix.Length && path.StartsWith(prefix.AsSpan(0, Math.Min(prefix.Length, path.Length)), StringComparison.OrdinalIgnoreCase)))
            return false;
        return Matches(pattern, path) || Matches(pattern, path is [_, .., '/'] ? path[..^1] : forms.WithSlash(form));
    }

    // A class that leaves letters out leaves more out when case does not matter.
    private static bool Matches(Re2Pattern pattern, ReadOnlySpan<char> path) => pattern.IsMatchIgnoringCase(path) || pattern.IsMatch(path);

    private static bool AreSame(ReadOnlySpan<char> path, ReadOnlySpan<char> text)
    {
        var more = path.Length - text.Length;
        return more switch
        {
            0 => path.Equals(text, StringComparison.OrdinalIgnoreCase),
            1 => path[^1] == '/' && path[..^1].Equals(text, StringComparison.OrdinalIgnoreCase),
            -1 => text[^1] == '/' && text[..^1].Equals(path, StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    private static bool Begins(ReadOnlySpan<char> path, ReadOnlySpan<char> text) =>
        path.StartsWith(text, StringComparison.OrdinalIgnoreCase) || (text.Length == path.Length + 1 && AreSame(path, text));
}

/// <summary>How a text is compared.</summary>
internal enum TextKind
{
    Present,
    Exact,
    Prefix,
    Suffix,
    Contains,
    Regex,
}
