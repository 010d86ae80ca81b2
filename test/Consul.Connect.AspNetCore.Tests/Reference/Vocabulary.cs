namespace ConsulConnect.Tests.Reference;

/// <summary>The words rules and requests are made of: few, so that they meet.</summary>
internal static class Vocabulary
{
    public static readonly string[] Paths =
    [
        "/", "/admin", "/admin", "/admin/", "/ADMIN", "/admin/users", "/public", "/public/", "/public/a.b", "/a/b", "/a//b", "//admin", "/v1/x",
        "/a;x", "/a%2Fb", "/admin%20x", "/a/../b", "/%61", "/a?x", "/x_y-z~1", "/pkg.Svc/Method",
    ];

    public static readonly string[] PathPatterns =
    [
        "/admin", "/adm.*", "/(admin|public)/.*", "/[a-z]+", "/[a-z]+/?", "/[^a-z]+", ".*", "/a/.+", "/v[0-9]+/x?", "admin.*", "/a|/b", "(/[a-z0-9]+)+", "/x_y\\-z~.",
    ];

    public static readonly string[] ValuePatterns = ["adm.*", "[a-z]+", "(user|admin)", ".*", "(a,?)+", "[^,]*", "GET|POST", "/.*", "web(:[0-9]+)?"];

    public static readonly string[] NoPatterns = ["[", "(a", "a{1001}", "(?=x)a", "*a", "(a)\\1", "a**"];

    public static readonly string[] RuleHeaders =
    [
        "x-role", "x-role", "X-Role", "x-role", "x_role", "x-team", "host", ":authority", "Host", ":method", ":path", ":scheme",
        "x-forwarded-proto", "x-forwarded-client-cert", "X-Request-Id", "x-envoy-internal", "x-envoy",
    ];

    private static readonly string[] Values = ["admin", "user", "ops", "a,b", "Admin", "user,admin", "a"];

    public static string[] ValuesOf(string header) => header.ToLowerInvariant() switch
    {
        "host" or ":authority" => ["web", "WEB", "web:8443", "web.example", "example"],
        ":method" => ["GET", "POST", "HEAD", "get"],
        ":path" => ["/admin", "/public/", "/admin?q=1", "/ADMIN", "q=1"],
        ":scheme" => ["https", "http", "HTTPS"],
        _ => Values,
    };
}
