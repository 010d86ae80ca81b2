namespace ConsulConnect.Intentions;

/// <summary>Text that came from elsewhere, as it may stand in a sentence of ours.</summary>
internal static class ForeignText
{
    private const int Longest = 256;

    /// <summary>Without control characters and line separators, and at most 256 characters.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var bounded = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest - 1), "…");
        return bounded.Any(IsUnreadable) ? string.Concat(bounded.Where(c => !IsUnreadable(c))) : bounded;
    }

    private static bool IsUnreadable(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is
            System.Globalization.UnicodeCategory.LineSeparator or
            System.Globalization.UnicodeCategory.ParagraphSeparator or
            System.Globalization.UnicodeCategory.Format or
            System.Globalization.UnicodeCategory.Surrogate;
}
