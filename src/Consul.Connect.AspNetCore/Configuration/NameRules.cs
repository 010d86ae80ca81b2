using System.Buffers;

namespace ConsulConnect.Configuration;

/// <summary>Names that become segments of a SPIFFE ID and of the agent's paths.</summary>
internal static class NameRules
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

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

    private static string Describe(char c) => c switch
    {
        ' ' => "a blank",
        _ when char.IsControl(c) => "a control character",
        _ => MessageText.Quote(c.ToString()),
    };

    public static void Check(string key, string? name, List<string> faults)
    {
        if (name is not null && Explain(name) is { } reason)
            faults.Add($"{key} is {MessageText.Quote(name)}, {reason}; use letters, digits, \".\", \"_\" and \"-\".");
    }
}
