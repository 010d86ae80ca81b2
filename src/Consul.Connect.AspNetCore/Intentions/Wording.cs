using System.Globalization;

namespace ConsulConnect.Intentions;

/// <summary>The parts that the sentences of this room have in common.</summary>
internal static class Wording
{
    private const string Default = "default";
    private const int Longest = 256;

    /// <summary>The start of every refusal.</summary>
    public static string MayNot(ConnectPeer caller, string service) =>
        $"\"{Clean(Name(caller.Partition, caller.Namespace, caller.Service))}\" may not call \"{service}\"";

    /// <summary>A service as people write it: what is <c>default</c> stays unsaid.</summary>
    public static string Name(string partition, string @namespace, string name) =>
        partition != Default ? $"{partition}/{@namespace}/{name}" : @namespace != Default ? $"{@namespace}/{name}" : name;

    /// <summary>Text that came from elsewhere, without control characters and line separators, and at most 256 characters.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var bounded = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest - 1), "…");
        return bounded.AsSpan().ContainsAnyExceptInRange(' ', '~') && bounded.Any(IsUnreadable) ? string.Concat(bounded.Where(c => !IsUnreadable(c))) : bounded;
    }

    // Surrogates too: the cut may have split a pair, and no name or reason of Consul's needs one.
    private static bool IsUnreadable(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
