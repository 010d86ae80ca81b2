using System.Diagnostics.CodeAnalysis;

namespace ConsulConnect.Intentions;

/// <summary>
/// A regular expression of Consul's, which is RE2's: it matches whole texts, in time linear in their length. What RE2 would
/// read otherwise than we do is refused when it is created; afterwards nothing fails.
/// </summary>
internal sealed class Re2Pattern
{
    // Below it nothing becomes too large when case is ignored: a character becomes four at most.
    private const int FewInstructions = 500;

    private readonly string _pattern;
    private Re2Matcher? _exact;
    private Re2Matcher? _ignoringCase;

    private Re2Pattern(string pattern, string literalPrefix)
    {
        _pattern = pattern;
        LiteralPrefix = literalPrefix;
    }

    /// <summary>What every text that matches begins with, in this very spelling; empty when nothing is sure.</summary>
    public string LiteralPrefix { get; }

    /// <param name="pattern">In RE2's syntax.</param>
    /// <param name="compiled">The pattern; its automaton is made when it is first asked.</param>
    /// <param name="problem">Why it cannot be used, fit for a message.</param>
    public static bool TryCreate(string pattern, [NotNullWhen(true)] out Re2Pattern? compiled, [NotNullWhen(false)] out string? problem)
    {
        compiled = null;
        if (!Re2Parser.TryParse(pattern, ignoringCase: false, out var tree, out var size, out problem))
            return false;
        if (size.Instructions > FewInstructions && !Re2Parser.TryParse(pattern, ignoringCase: true, out _, out _, out problem))
            return false;

        compiled = new(pattern, PatternShape.Prefix(tree));
        return true;
    }

    /// <summary>Whether the whole text matches. The first call makes the automaton, later ones allocate nothing.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => (_exact ?? Make(ref _exact, ignoringCase: false)).IsMatch(text);

    /// <summary>The same, as though the pattern began with <c>(?i)</c>.</summary>
    public bool IsMatchIgnoringCase(ReadOnlySpan<char> text) => (_ignoringCase ?? Make(ref _ignoringCase, ignoringCase: true)).IsMatch(text);

    private Re2Matcher Make(ref Re2Matcher? matcher, bool ignoringCase)
    {
        if (!Re2Parser.TryParse(_pattern, ignoringCase, out var tree, out _, out var problem))
            throw new InvalidOperationException(problem);
        var made = new Re2Matcher(tree);
        return Interlocked.CompareExchange(ref matcher, made, null) ?? made;
    }
}
