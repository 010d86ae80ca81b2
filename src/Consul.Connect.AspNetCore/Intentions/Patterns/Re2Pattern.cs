using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ConsulConnect.Intentions;

/// <summary>A regular expression of Consul's, which is RE2's: it matches whole texts, in time linear in their length.</summary>
internal sealed class Re2Pattern
{
    private readonly Regex _exact;
    private readonly Regex _ignoringCase;

    private Re2Pattern(string pattern)
    {
        const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        _exact = new($@"\A(?:{pattern})\z", Linear);
        _ignoringCase = new($@"\A(?:{pattern})\z", Linear | RegexOptions.IgnoreCase);
    }

    /// <summary>What every text that matches begins with, in this very spelling; empty when nothing is sure.</summary>
    public string LiteralPrefix { get; } = "";

    /// <param name="pattern">In RE2's syntax.</param>
    /// <param name="problem">Why it cannot be used, fit for a message.</param>
    public static bool TryCreate(string pattern, [NotNullWhen(true)] out Re2Pattern? compiled, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            (compiled, problem) = (new(pattern), null);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            (compiled, problem) = (null, "it is no regular expression");
            return false;
        }
    }

    /// <summary>Whether the whole text matches. Allocates nothing.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => _exact.IsMatch(text);

    /// <summary>The same, as though the pattern began with <c>(?i)</c>.</summary>
    public bool IsMatchIgnoringCase(ReadOnlySpan<char> text) => _ignoringCase.IsMatch(text);
}
