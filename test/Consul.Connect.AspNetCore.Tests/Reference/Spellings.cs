namespace ConsulConnect.Tests.Reference;

/// <summary>Other requests that reach the endpoint which this one reaches: ASP.NET routes them alike.</summary>
internal static class Spellings
{
    public static IEnumerable<GeneratedRequest> Of(GeneratedRequest request, Dice dice)
    {
        var parts = request.Target.Split('?', 2);
        var query = parts.Length == 2 ? "?" + parts[1] : "";
        foreach (var path in Paths(parts[0], dice).Distinct())
            yield return request with { Target = path + query };
        yield return request with { Method = request.Method.ToLowerInvariant() };
        yield return request with { Method = request.Method.ToUpperInvariant() };
        if (request.Method == "HEAD")
            yield return request with { Method = "GET" };
    }

    private static IEnumerable<string> Paths(string path, Dice dice)
    {
        if (!path.StartsWith('/'))
            return [];

        // Only what no escape spans may be spelled otherwise.
        var at = Enumerable.Range(1, Math.Max(0, path.Length - 1)).Where(i => char.IsAsciiLetterOrDigit(path[i]) && !path[Math.Max(0, i - 2)..i].Contains('%', StringComparison.Ordinal)).ToArray();
        var slash = path.IndexOf('/', 1) is > 0 and var second && dice.OneIn(2) ? second : 0;
        return
        [
            path.ToUpperInvariant(),
            path.ToLowerInvariant(),
            path.Length > 1 && path.EndsWith('/') ? path[..^1] : path + "/",
            path[..slash] + dice.Pick("/.", "/x/..", "/%2e", "/x/%2E.") + path[slash..],
            "/.." + path,
            .. at.Length == 0 ? Array.Empty<string>() : [Escaped(path, dice.Pick(at)), Turned(path, dice.Pick(at))],
        ];
    }

    private static string Escaped(string path, int at) => $"{path[..at]}%{(int)path[at]:X2}{path[(at + 1)..]}";

    private static string Turned(string path, int at) =>
        path[..at] + (char.IsAsciiLetterUpper(path[at]) ? char.ToLowerInvariant(path[at]) : char.ToUpperInvariant(path[at])) + path[(at + 1)..];
}
