using System.Buffers;

namespace ConsulConnect.Configuration;

/// <summary>Names that become segments of a SPIFFE ID and of the agent's paths.</summary>
internal static class NameRules
{
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly SearchValues<char> InDns = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Null for a name that can appear in a verified identity; else why not, to follow key and value.</summary>
    public static string? Explain(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "which is blank";
        if (name is "." or "..")
            return "which is no name but a step in a path";
        var index = name.AsSpan().IndexOfAnyExcept(Allowed);
        return index < 0 ? null : $"and {Describe(name[index])} cannot appear in a verified identity";
    }

    public static void Check(string key, string? name, List<string> faults)
    {
        if (name is not null && Explain(name) is { } reason)
            faults.Add($"{key} is {MessageText.Quote(name)}, {reason}; use letters, digits, \".\", \"_\" and \"-\".");
    }

    /// <summary>Warns of a valid name that callers may not find.</summary>
    public static void Warn(string key, string name, List<string> warnings)
    {
        if (name.AsSpan().IndexOfAnyExcept(InDns) is >= 0 and var index)
            warnings.Add($"{key} is {MessageText.Quote(name)}, and {Describe(name[index])} does not fit a name in DNS; certificates and intentions also tell upper case from lower, where the catalog does not; prefer lower-case letters, digits and \"-\".");
        if (name.Length > LongestLabel)
            warnings.Add($"{key} is {MessageText.Quote(name)}, {name.Length} characters long, and a label in DNS ends at {LongestLabel}: no host name leads to it, and callers must name it by the Service of an upstream; prefer a shorter one.");
    }

    private static string Describe(char c) => c switch
    {
        ' ' => "a blank",
        _ when char.IsControl(c) => "a control character",
        _ => MessageText.Quote(c.ToString()),
    };
}
