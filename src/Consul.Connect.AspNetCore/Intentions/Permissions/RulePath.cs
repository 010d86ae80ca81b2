namespace ConsulConnect.Intentions;

/// <summary>
/// Paths that rules name. Consul takes any text, and what is no canonical path can never be one of a request: an allow of it allows
/// nothing, and a deny of it must mean the path people read in it.
/// </summary>
internal static class RulePath
{
    /// <summary>The paths a deny of this text is about; mostly one.</summary>
    public static string[] Readings(string text, bool isPrefix, RequestReading reading)
    {
        var canonical = Canonical(text, isPrefix, decoded: false, reading);
        return text == canonical && !text.Contains('%', StringComparison.Ordinal)
            ? [text]
            : [.. new[] { text, canonical, Canonical(text, isPrefix, decoded: true, reading) }.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Whether no canonical path can ever be this text, or begin with it.</summary>
    public static bool NeverMatches(string text, bool isPrefix, RequestReading reading) =>
        text != Canonical(text, isPrefix, decoded: false, reading)
        || (reading.EscapedSlashes == EscapedSlashes.Reject && (text.Contains("%2f", StringComparison.OrdinalIgnoreCase) || text.Contains("%5c", StringComparison.OrdinalIgnoreCase)))
        || text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('#', StringComparison.Ordinal);

    private static string Canonical(string text, bool isPrefix, bool decoded, RequestReading reading)
    {
        if (text.StartsWith('/') && !text.Contains('?', StringComparison.Ordinal) && !text.AsSpan().ContainsAny(CanonicalPath.Special)
            && !text.Contains("/.", StringComparison.Ordinal) && !(reading.MergeSlashes && text.Contains("//", StringComparison.Ordinal)))
        {
            return text;
        }

        // The last segment of a prefix may go on, and is no dot segment before it ends.
        var path = $"{(text.StartsWith('/') ? "" : "/")}{text.Split('?')[0]}{(isPrefix ? "x" : "")}";
        var canonical = new char[CanonicalPath.Growth * path.Length].AsSpan();
        canonical = canonical[..CanonicalPath.Decode(path, canonical, out _)];
        if (decoded)
            canonical = canonical[..Escape.DecodeAll(canonical, canonical, keepSlashes: false)];
        canonical = canonical[..CanonicalPath.RemoveDots(canonical, out _)];
        if (reading.MergeSlashes)
            canonical = canonical[..CanonicalPath.Merge(canonical)];
        return canonical[..^(isPrefix ? 1 : 0)].ToString();
    }
}
