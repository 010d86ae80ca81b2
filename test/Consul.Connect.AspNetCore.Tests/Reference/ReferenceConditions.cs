using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

/// <summary>Whether the conditions of one permission hold for one request. An allow must be sure; a deny holds when anybody might read it so.</summary>
internal sealed class ReferenceConditions(RequestView view, ReferenceTarget target, RequestReading reading)
{
    private static readonly string[] OfSidecars = ["x-forwarded-client-cert", "x-forwarded-proto", "x-request-id"];

    private bool LikeEnvoy => reading.LikeEnvoy;

    /// <summary>To Envoy a permission that asks for nothing is about every request.</summary>
    public static bool IsAboutEverything(Permission permission) =>
        permission.Http is null or { PathExact: "", PathPrefix: "", PathRegex: "", Methods.Count: 0, Headers.Count: 0, Unknown: null };

    public static bool IsUsable(Permission permission) =>
        permission.Http is { Unknown: null } http
        && Kinds(http.PathExact, http.PathPrefix, http.PathRegex) is var paths && paths <= 1
        && (paths == 1 || http.Methods.Count > 0 || http.Headers.Count > 0)
        && IsPattern(http.PathRegex)
        && http.Headers.All(IsUsable);

    public static bool IsAboutPaths(Permission permission) => permission.Http is { } http
        && (Kinds(http.PathExact, http.PathPrefix, http.PathRegex) > 0 || http.Headers.Any(header => Is(header.Name, ":path")));

    public static bool IsAboutHost(Permission permission) => permission.Http is { } http && http.Headers.Any(IsHost);

    /// <summary>Whether a permission with usable conditions matches; loosely for one that denies.</summary>
    public bool Match(HttpCondition http, bool denies) =>
        PathMatches(http, denies && !LikeEnvoy) && MethodMatches(http.Methods, denies && !LikeEnvoy) && http.Headers.All(header => HeaderMatches(header, denies));

    private bool PathMatches(HttpCondition http, bool loosely)
    {
        if (Kinds(http.PathExact, http.PathPrefix, http.PathRegex) == 0)
            return true;
        if (!loosely)
            return target.Path is not null && PathIs(http, target.Path, StringComparison.Ordinal);

        var rules = http.PathExact != "" ? ReferenceTarget.ReadingsOfRule(http.PathExact, false, reading).Select(text => http with { PathExact = text })
            : http.PathPrefix != "" ? ReferenceTarget.ReadingsOfRule(http.PathPrefix, true, reading).Select(text => http with { PathPrefix = text })
            : [http];
        return rules.Any(rule => Paths().Any(path => PathIs(rule, path, StringComparison.Ordinal) || PathIs(rule, path, StringComparison.OrdinalIgnoreCase)));
    }

    // The server as a whole is what an app may take for its root.
    private IEnumerable<string> Paths() =>
        target.Path is { } path ? ReferenceTarget.Readings(path) : ReferenceTarget.Readings("/").Concat(ReferenceTarget.Readings("*"));

    private static bool PathIs(HttpCondition http, string path, StringComparison comparison) =>
        http.PathExact != "" ? path.Equals(http.PathExact, comparison)
        : http.PathPrefix != "" ? path.StartsWith(http.PathPrefix, comparison)
        : ReferencePattern.Matches(http.PathRegex, path, comparison == StringComparison.OrdinalIgnoreCase) == true;

    private bool MethodMatches(IReadOnlyList<string> methods, bool loosely) => loosely
        ? methods.Count == 0 || methods.Any(method => Is(method, view.Method) || (Is(method, "GET") && Is(view.Method, "HEAD")))
        : methods.Contains(view.Method) || (methods.Count == 0 && (LikeEnvoy || !Is(view.Method, "TRACE")));

    private bool HeaderMatches(HeaderCondition header, bool denies)
    {
        if (!LikeEnvoy && (OfSidecars.Any(name => Is(header.Name, name)) || header.Name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase)))
            return denies;

        // An allow of a path says nothing about the server as a whole.
        if (!LikeEnvoy && !denies && target.Path is null && Is(header.Name, ":path"))
            return false;

        var lines = Lines(header.Name);
        var isPresent = lines.Length > 0;
        if (header.Present)
            return isPresent != header.Invert;

        var joined = string.Join(',', lines);
        if (LikeEnvoy)
            return isPresent && Fits(header, joined) != header.Invert;

        var strict = lines.Append(joined).All(line => Fits(header, line)) && (header.Exact == "" || lines.Length == 1);
        var loose = lines.Concat(lines.SelectMany(line => line.Split(',')).Select(element => element.Trim(' ', '\t'))).Append(joined)
            .Concat(OtherReadings(header.Name))
            .Any(line => Fits(header, line) || (IsPseudo(header) && Fits(header with { IgnoreCase = true }, line)));
        return (denies, header.Invert) switch
        {
            (false, false) => isPresent && strict,
            (false, true) => isPresent && !loose,
            (true, false) => isPresent && loose,
            (true, true) => !isPresent || !strict,
        };
    }

    private string[] Lines(string name) => name.ToLowerInvariant() switch
    {
        "host" or ":authority" => (target.Authority ?? view.Authority) is { Length: > 0 } host ? [host] : [],
        ":method" => [view.Method],
        ":scheme" => [view.Scheme],
        ":path" when view.Method == "CONNECT" => [],
        ":path" => [(target.Path ?? view.Target) + target.Query],
        _ when reading.UnderscoredHeaders == UnderscoredHeaders.Drop && name.Contains('_', StringComparison.Ordinal) => [],
        _ => [.. view.Headers[name].Select(line => line!)],
    };

    // What a host, a method or a path may also be taken for.
    private IEnumerable<string> OtherReadings(string name)
    {
        if (Is(name, "host") || Is(name, ":authority"))
        {
            var host = view.Authority;
            var port = host.LastIndexOf(':');
            string[] hosts = [host, port < 0 ? host : host[..port]];
            return hosts.Concat(hosts.Select(text => text.EndsWith('.') ? text[..^1] : text));
        }

        if (Is(name, ":method") && Is(view.Method, "HEAD"))
            return ["GET"];
        return Is(name, ":path") ? Paths().Select(path => path + target.Query) : [];
    }

    private static bool Fits(HeaderCondition header, string value)
    {
        var comparison = header.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return header.Exact != "" ? value.Equals(header.Exact, comparison)
            : header.Prefix != "" ? value.StartsWith(header.Prefix, comparison)
            : header.Suffix != "" ? value.EndsWith(header.Suffix, comparison)
            : header.Contains != "" ? value.Contains(header.Contains, comparison)
            : ReferencePattern.Matches(header.Regex, value, header.IgnoreCase) == true;
    }

    private static bool IsUsable(HeaderCondition header) =>
        header.Unknown is null
        && (header.Present ? 1 : 0) + Kinds(header.Exact, header.Prefix, header.Suffix, header.Contains, header.Regex) == 1
        && !(header.IgnoreCase && (header.Present || header.Regex != ""))
        && IsPattern(header.Regex)
        && (header.Name.ToLowerInvariant() is ":authority" or ":path" or ":method" or ":scheme" || IsToken(header.Name));

    private static bool IsToken(string name) => name != "" && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    private static bool IsPattern(string pattern) => ReferencePattern.Matches(pattern, "", false) is not null;

    private static bool IsHost(HeaderCondition header) => Is(header.Name, "host") || Is(header.Name, ":authority");

    private static bool IsPseudo(HeaderCondition header) => IsHost(header) || header.Name.StartsWith(':');

    private static int Kinds(params string[] texts) => texts.Count(text => text != "");

    private static bool Is(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
