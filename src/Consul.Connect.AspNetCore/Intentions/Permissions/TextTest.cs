namespace ConsulConnect.Intentions;

/// <summary>One comparison of a text with a value.</summary>
internal sealed class TextTest(TextKind kind, string text, Re2Pattern? pattern, bool ignoreCase)
{
    public TextKind Kind { get; } = kind;

    /// <summary>As written in the rule; ignoring case folds ASCII letters alone, as Envoy does.</summary>
    public bool Matches(ReadOnlySpan<char> value) => ignoreCase ? MatchesFolded(value) : Kind switch
    {
        TextKind.Exact => value.SequenceEqual(text),
        TextKind.Prefix => value.StartsWith(text, StringComparison.Ordinal),
        TextKind.Suffix => value.EndsWith(text, StringComparison.Ordinal),
        TextKind.Contains => value.Contains(text, StringComparison.Ordinal),
        TextKind.Regex => pattern!.IsMatch(value),
        _ => true,
    };

    /// <summary>As a deny compares it.</summary>
    /// <param name="fold">Whether letters do not matter, whatever the rule says.</param>
    public bool MatchesLoosely(ReadOnlySpan<char> value, bool fold)
    {
        if (Matches(value))
            return true;
        return (fold || ignoreCase) && Kind switch
        {
            TextKind.Exact => value.Equals(text, StringComparison.OrdinalIgnoreCase),
            TextKind.Prefix => value.StartsWith(text, StringComparison.OrdinalIgnoreCase),
            TextKind.Suffix => value.EndsWith(text, StringComparison.OrdinalIgnoreCase),
            TextKind.Contains => value.Contains(text, StringComparison.OrdinalIgnoreCase),
            TextKind.Regex => pattern!.IsMatchIgnoringCase(value),
            _ => true,
        };
    }

    private bool MatchesFolded(ReadOnlySpan<char> value) => Kind switch
    {
        TextKind.Exact => Same(value),
        TextKind.Prefix => value.Length >= text.Length && Same(value[..text.Length]),
        TextKind.Suffix => value.Length >= text.Length && Same(value[^text.Length..]),
        TextKind.Contains => ContainsFolded(value),
        TextKind.Regex => pattern!.IsMatch(value),
        _ => true,
    };

    private bool ContainsFolded(ReadOnlySpan<char> value)
    {
        // The ordinal comparison finds at least as much.
        for (var at = value.IndexOf(text, StringComparison.OrdinalIgnoreCase); at >= 0;)
        {
            if (Same(value.Slice(at, text.Length)))
                return true;
            value = value[(at + 1)..];
            at = value.IndexOf(text, StringComparison.OrdinalIgnoreCase);
        }

        return false;
    }

    private bool Same(ReadOnlySpan<char> value)
    {
        if (value.Length != text.Length)
            return false;
        for (var i = 0; i < value.Length; i++)
        {
            var (a, b) = (value[i], text[i]);
            if (a != b && !(char.IsAsciiLetter(a) && (a ^ b) == 0x20))
                return false;
        }

        return true;
    }
}
