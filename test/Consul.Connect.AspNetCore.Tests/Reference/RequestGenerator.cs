using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Reference;

/// <summary>Makes requests that nearly are what rules are about: another case, one more slash, an escape, a second line.</summary>
internal sealed class RequestGenerator(Dice dice)
{
    private static readonly string[] Samples =
    [
        "/", "/admin", "/admin/users", "/public/a.b", "/public", "/a/b", "/b", "/v1/x", "/v22/", "/a/bc", "/other", "/ABC", "/x_y-z~1", "/pkg.Svc/Method", "/adm", "/1",
    ];

    public GeneratedRequest Request(IEnumerable<Intention> intentions)
    {
        var conditions = intentions.SelectMany(intention => intention.Permissions).Select(permission => permission.Http).OfType<HttpCondition>().ToArray();
        var paths = conditions.SelectMany(http => new[] { http.PathExact, http.PathPrefix }).Where(path => path.StartsWith('/')).ToArray();
        var path = paths.Length > 0 && !dice.OneIn(3) ? dice.Pick(paths) : dice.Pick(Samples);
        for (var changes = dice.Pick(0, 0, 1, 1, 1, 2, 3); changes > 0; changes--)
            path = Nearly(path);
        var query = dice.Pick("", "", "", "?", "?q=1", "?x=%2F..\\");
        var target = dice.Below(60) switch
        {
            0 => "*",
            1 => "https://web/" + path + query,
            2 => "http://web/" + path + query,
            3 => path.TrimStart('/') + query,
            4 => path + query + dice.Pick("#f", " x", "\t", "\x7f", "é"),
            _ => path + query,
        };
        var methods = conditions.SelectMany(http => http.Methods).ToArray();
        var method = methods.Length > 0 && dice.OneIn(2) ? dice.Pick(methods) : dice.Pick("GET", "GET", "GET", "POST", "HEAD", "TRACE", "OPTIONS", "get", "Trace", "head", "FOO");
        return new(
            dice.OneIn(150) ? "CONNECT" : target == "*" && !dice.OneIn(4) ? "OPTIONS" : method,
            target,
            dice.OneIn(40) ? "" : dice.Pick("web", "web", "web", "WEB", "web:8443", "web.", "web.:8443", "Web.Example", "example"),
            dice.Several(4, () => Line(conditions)));
    }

    /// <summary>A change that a reader may or may not see through.</summary>
    public string Nearly(string path)
    {
        if (path == "")
            return "/";
        var at = dice.Below(path.Length);
        return dice.Below(20) switch
        {
            0 => path.ToUpperInvariant(),
            1 => path[..at] + char.ToUpperInvariant(path[at]) + path[(at + 1)..],
            2 or 3 => path + "/",
            4 => path.Length > 1 && path.EndsWith('/') ? path[..^1] : path + "//",
            5 => Once(path, "/", "//"),
            6 => Once(path, "/", dice.Pick("/./", "/x/../", "/../", "/%2e/", "/x/%2E%2e/")),
            7 or 8 => path[..at] + $"%{(int)path[at]:x2}" + path[(at + 1)..],
            9 => path[..at] + $"%{(int)path[at]:X2}" + path[(at + 1)..],
            10 => path + dice.Pick(";", ";x=1", "%3bx", ";x/y", ";/"),
            11 => Once(path, "/", dice.Pick(";v/", "/..;/", "/.;x/", "/..%3b/", "%3B/")),
            12 => path + dice.Pick("%2F", "%2fb", "%5c", "\\", "%2F..%2Fadmin", "/..%2fadmin"),
            13 => path[..at] + dice.Pick("%00", "%01", "%zz", "%", "%c0%af", "%7F", "%0a") + path[at..],
            14 => path + dice.Pick("%2561", "%252f", "%3f", "%23", "%3fq=1", "%20x", "%ef%bd%81", "%E2%82%AC"),
            15 => path + dice.Pick("/..", "/.", "/x/..", "/../..", "/...", "/.x"),
            16 => path + dice.Pick("b", "x", "1", "/users", "/a.b"),
            17 => path.Length > 1 ? path[..^1] : path,
            18 => "/" + path,
            _ => path + dice.Pick(Samples),
        };
    }

    private static string Once(string path, string from, string to)
    {
        var at = path.LastIndexOf(from, StringComparison.Ordinal);
        return at < 0 ? path + to : path[..at] + to + path[(at + from.Length)..];
    }

    private GeneratedLine Line(HttpCondition[] conditions)
    {
        var rules = conditions.SelectMany(http => http.Headers).Where(header => !header.Name.StartsWith(':') && header.Name.Length > 0 && !header.Name.Equals("host", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (rules.Length == 0 || dice.OneIn(4))
            return new(dice.Pick("x-role", "X-ROLE", "x_role", "x-team", "x-forwarded-proto", "accept"), dice.Pick("admin", "user", "user, admin", "ADMIN", "", "x,y"));
        var rule = dice.Pick(rules);
        var value = new[] { rule.Exact, rule.Prefix, rule.Suffix, rule.Contains }.FirstOrDefault(text => text != "") ?? dice.Pick("admin", "user", "a,a", "web");
        return new(dice.OneIn(4) ? rule.Name.ToUpperInvariant() : rule.Name, dice.Below(10) switch
        {
            0 => value.ToUpperInvariant(),
            1 => value + "x",
            2 => "x" + value,
            3 => "user," + value,
            4 => value + " , user",
            5 => "user,\t" + value,
            6 => "",
            _ => value,
        });
    }
}
