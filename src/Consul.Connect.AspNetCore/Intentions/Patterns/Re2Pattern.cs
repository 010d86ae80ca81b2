using System.Diagnostics.CodeAnalysis;

namespace ConsulConnect.Intentions;

/// <summary>
/// A regular expression of Consul's, which is RE2's: it matches whole texts, in time linear in their length. What RE2 would
/// read otherwise than we do is refused when it is created; afterwards nothing fails.
/// </summary>
internal sealed class Re2Pattern
{
    // Below it nothing can become too large when case is ignored, nor the characters beyond ASCII too many for the alphabet:
    // 500 single ones, the bounds of 125 ranges, and those of the 2,800 characters that have another case.
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
    /// <param name="compiled">The pattern; its engine is made when it is first asked.</param>
    /// <param name="problem">Why it cannot be used, fit for a message.</param>
    public static bool TryCreate(string pattern, [NotNullWhen(true)] out Re2Pattern? compiled, [NotNullWhen(false)] out string? problem)
    {
        compiled = null;
        if (!Re2Parser.TryParse(pattern, ignoringCase: false, out var tree, out var size, out problem))
            return false;
        if (size.Instructions > FewInstructions && !IsFitIgnoringCaseToo(pattern, tree))
        {
            problem = "it names too many characters beyond ASCII";
            return false;
        }

        compiled = new(pattern, PatternShape.Prefix(tree));
        return true;
    }

    /// <summary>Whether the whole text matches. Allocates nothing once it has seen texts like this one.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => (_exact ?? Make(ref _exact, ignoringCase: false)).IsMatch(text);

    /// <summary>The same, as though the pattern began with <c>(?i)</c>.</summary>
    public bool IsMatchIgnoringCase(ReadOnlySpan<char> text) => (_ignoringCase ?? Make(ref _ignoringCase, ignoringCase: true)).IsMatch(text);

    private static bool IsFitIgnoringCaseToo(string pattern, PatternNode tree) =>
        RuneAlphabet.Of(tree).Count <= RuneAlphabet.MostLetters
        && Re2Parser.TryParse(pattern, ignoringCase: true, out var folded, out _, out _)
        && RuneAlphabet.Of(folded).Count <= RuneAlphabet.MostLetters;

    private Re2Matcher Make(ref Re2Matcher? matcher, bool ignoringCase)
    {
        if (!Re2Parser.TryParse(_pattern, ignoringCase, out var tree, out _, out var problem))
            throw new InvalidOperationException(problem);
        var made = new Re2Matcher(tree);
        return Interlocked.CompareExchange(ref matcher, made, null) ?? made;
    }
}
