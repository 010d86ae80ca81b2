using System.Text;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

/// <summary>What a request target is to rules: one path, no path (<c>*</c>), something nobody can read, or something two would read differently.</summary>
/// <param name="Path">As allows see it; null when rules about paths have nothing to match.</param>
/// <param name="Query">With its question mark; empty when there is none.</param>
internal sealed record ReferenceTarget(string? Path, string Query, bool IsMalformed, bool IsAmbiguous)
{
    /// <summary>What an absolute form, or CONNECT, says in the place of Host; to Envoy only, for we refuse one that differs.</summary>
    public string? Authority { get; init; }

    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    private static readonly ReferenceTarget Malformed = new(null, "", true, false);

    public static ReferenceTarget Read(RequestView view, RequestReading reading)
    {
        var target = view.Target;
        if (target == "" || target.Any(c => c is '#' or <= ' ' or >= '\x7f'))
            return Malformed;
        if (view.Method == "CONNECT")
            return reading.LikeEnvoy ? new(null, "", false, false) { Authority = target } : Malformed;
        if (target == "*")
            return view.Method == "OPTIONS" ? new(reading.LikeEnvoy ? target : null, "", false, false) : Malformed;

        var isAbsolute = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || target.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (isAbsolute && !reading.LikeEnvoy && !target.StartsWith(view.Scheme + "://", StringComparison.OrdinalIgnoreCase))
            return Malformed;
        string? authority = null;
        if (isAbsolute)
        {
            var rest = target[(target.IndexOf("//", StringComparison.Ordinal) + 2)..];
            var start = rest.IndexOfAny(['/', '?']);
            authority = start < 0 ? rest : rest[..start];
            target = start < 0 ? "/" : rest[start] == '/' ? rest[start..] : "/" + rest[start..];
        }

        if (!target.StartsWith('/'))
            return Malformed;

        var parts = target.Split('?', 2);
        var (path, query) = (parts[0], parts.Length == 2 ? "?" + parts[1] : "");
        return reading.LikeEnvoy ? ReadLikeEnvoy(path, query, reading) with { Authority = authority } : ReadStrictly(path, query, reading, isAbsolute);
    }

    /// <summary>What denies are tried on: the path, and what it becomes decoded, without parameters, and merged, with a slash at its end and without.</summary>
    public static IEnumerable<string> Readings(string path)
    {
        string[] decoded = [path, RemoveDots(DecodeAll(path))];
        var stripped = decoded.SelectMany(p => new[] { p, RemoveDots(string.Join('/', p.Split('/').Select(segment => segment.Split(';')[0]))) });
        var merged = stripped.SelectMany(p => new[] { p, Merge(p) });
        return merged.SelectMany(p => new[] { p, p.EndsWith('/') && p.Length > 1 ? p[..^1] : p + "/" }).Distinct().ToArray();
    }

    /// <summary>What a rule's path means to a deny: as it is written, as a request's path is read, and decoded.</summary>
    public static IEnumerable<string> ReadingsOfRule(string text, bool isPrefix, RequestReading reading)
    {
        // The last segment of a prefix is not over.
        var path = DecodeUnreserved((text.StartsWith('/') ? "" : "/") + text.Split('?')[0] + (isPrefix ? "x" : ""));
        return new[] { RemoveDots(path), RemoveDots(DecodeAll(path)) }
            .Select(read => reading.MergeSlashes ? Merge(read) : read)
            .Select(read => isPrefix ? read[..^1] : read)
            .Append(text);
    }

    public static string Merge(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
            path = path.Replace("//", "/", StringComparison.Ordinal);
        return path;
    }

    private static ReferenceTarget ReadStrictly(string path, string query, RequestReading reading, bool isAbsolute)
    {
        if (path.Contains("%00", StringComparison.Ordinal))
            return Malformed;

        var escapes = Escapes(path).ToArray();
        var plain = DecodeUnreserved(path);
        var isAmbiguous = isAbsolute
            || path.Contains('\\', StringComparison.Ordinal)
            || escapes.Any(escape => escape is null or < 0x20 or 0x7f)
            || (reading.EscapedSlashes == EscapedSlashes.Reject && escapes.Any(escape => escape is '/' or '\\'))
            || !IsUtf8(path)
            || plain.Replace("%3b", ";", StringComparison.OrdinalIgnoreCase).Split('/').Any(segment => segment.Split(';') is [".", _, ..] or ["..", _, ..]);
        var canonical = RemoveDots(plain);
        return new(reading.MergeSlashes ? Merge(canonical) : canonical, query, false, isAmbiguous);
    }

    private static ReferenceTarget ReadLikeEnvoy(string path, string query, RequestReading reading)
    {
        if (reading.EscapedSlashes == EscapedSlashes.Reject && Escapes(path).Any(escape => escape is '/' or '\\'))
            return Malformed;
        if (reading.EscapedSlashes == EscapedSlashes.UnescapeAndForward)
            path = path.Replace("%2f", "/", StringComparison.OrdinalIgnoreCase).Replace("%5c", "\\", StringComparison.OrdinalIgnoreCase);
        if (reading.NormalizePath && path.Contains("%00", StringComparison.Ordinal))
            return Malformed;
        if (reading.NormalizePath)
            path = RemoveDots(DecodeUnreserved(path.Replace('\\', '/')));
        return new(reading.MergeSlashes ? Merge(path) : path, query, false, false);
    }

    // Null where a percent sign begins no escape.
    private static IEnumerable<int?> Escapes(string path) =>
        Enumerable.Range(0, path.Length).Where(i => path[i] == '%').Select(i => EscapeAt(path, i));

    private static int? EscapeAt(string path, int i) =>
        i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]) ? Convert.ToInt32(path.Substring(i + 1, 2), 16) : null;

    private static string DecodeUnreserved(string path)
    {
        var text = new StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            var isEscape = path[i] == '%' && EscapeAt(path, i) is { } code && Unreserved.Contains((char)code, StringComparison.Ordinal);
            text.Append(isEscape ? (char)EscapeAt(path, i)!.Value : path[i]);
            i += isEscape ? 2 : 0;
        }

        return text.ToString();
    }

    // To some readers a backslash is a slash.
    private static string DecodeAll(string path) => Encoding.UTF8.GetString([.. Bytes(path)]).Replace('\\', '/');

    private static IEnumerable<byte> Bytes(string path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            var code = path[i] == '%' ? EscapeAt(path, i) : null;
            yield return (byte)(code ?? path[i]);
            i += code is null ? 0 : 2;
        }
    }

    private static bool IsUtf8(string path)
    {
        try
        {
            return Utf8.GetCharCount([.. Bytes(path)]) >= 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string RemoveDots(string path)
    {
        if (!path.StartsWith('/'))
            return path;

        var kept = new List<string>();
        var segments = path.Split('/')[1..];
        foreach (var segment in segments)
        {
            if (segment == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            else if (segment is not ("." or ".."))
                kept.Add(segment);
        }

        if (segments[^1] is "." or "..")
            kept.Add("");
        return "/" + string.Join('/', kept);
    }
}
