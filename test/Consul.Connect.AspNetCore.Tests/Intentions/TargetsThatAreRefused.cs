using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class TargetsThatAreRefused
{
    private static readonly IntentionSet AboutPaths = Asked.Of(Asked.Deny("/admin"), Asked.Allow(prefix: "/"));
    private static readonly IntentionSet AboutMethods = Asked.Of(Asked.Allow(methods: "GET,OPTIONS,CONNECT"));

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/admin#frag")]
    [InlineData("GET", "/admin?x#y")]
    [InlineData("GET", "/ad min")]
    [InlineData("GET", "/ad\tmin")]
    [InlineData("GET", "/admin\x7f")]
    [InlineData("GET", "/admin?\x01")]
    [InlineData("GET", "/admin\u00e4")]
    [InlineData("GET", "/admin?\u2028")]
    [InlineData("GET", "/admin%00")]
    [InlineData("GET", "admin")]
    [InlineData("GET", "?x")]
    [InlineData("GET", "*")]
    [InlineData("GET", "ftp://orders/admin")]
    [InlineData("GET", "http://orders/admin")]
    [InlineData("GET", "https://orders/admin%00")]
    [InlineData("CONNECT", "orders:80")]
    [InlineData("CONNECT", "/admin")]
    [Trait("Case", "L7P-016")]
    [Trait("Case", "L7P-018")]
    [Trait("Case", "L7P-028")]
    [Trait("Case", "L7P-031")]
    [Trait("Case", "L7P-043")]
    [Trait("Case", "L7P-047")]
    [Trait("Case", "L7P-048")]
    [Trait("Case", "L7P-052")]
    [Trait("Case", "L7P-053")]
    public void What_no_rule_could_read_is_refused_whatever_the_rules(string method, string target)
    {
        foreach (var set in new[] { AboutPaths, AboutMethods, Policy.Set(Policy.Allow("web")), Policy.Set() })
            Assert.Equal(nameof(DecisionReason.MalformedRequest), set.Decide(Asked.Request(target, method), byDefault: true).Says());
    }

    [Theory]
    [InlineData("/admin\\secret")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%5cb")]
    [InlineData("/public/..%2fadmin")]
    [InlineData("https://orders/a%2fb")]
    [InlineData("https://orders/public\\..\\admin")]
    [InlineData("https://u:p@orders/admin")]
    [InlineData("/admin%")]
    [InlineData("/admin%zz")]
    [InlineData("/%u0061dmin")]
    [InlineData("/admin%0a")]
    [InlineData("/admin%7f")]
    [InlineData("/%c0%afadmin")]
    [InlineData("/public/%c0%ae%c0%ae/admin")]
    [InlineData("/a%C3")]
    [InlineData("/public/..;/admin")]
    [InlineData("/public/..;foo=bar/admin")]
    [InlineData("/public/%2e%2e%3bx/admin")]
    [InlineData("/public/.;")]
    [Trait("Case", "L7P-014")]
    [Trait("Case", "L7P-015")]
    [Trait("Case", "L7P-017")]
    [Trait("Case", "L7P-022")]
    [Trait("Case", "L7P-023")]
    [Trait("Case", "L7P-026")]
    [Trait("Case", "L7P-035")]
    [Trait("Case", "L7P-036")]
    [Trait("Case", "L7P-037")]
    [Trait("Case", "L7H-029")]
    public void What_can_be_read_in_two_ways_is_refused_while_any_intention_is_about_paths(string target)
    {
        var ofAnother = Policy.Set(Policy.Allow("web"), Asked.Web(Asked.Deny("/x")) with { SourceName = "other" });

        Assert.Equal(nameof(DecisionReason.AmbiguousTarget), AboutPaths.Decide(Asked.Request(target)).Says());
        Assert.Equal(nameof(DecisionReason.AmbiguousTarget), ofAnother.Decide(Asked.Request(target)).Says());
        Assert.Equal("allow", AboutMethods.Decide(Asked.Request(target)).Says());
        Assert.Equal("allow", Policy.Set(Policy.Allow("web")).Decide(Asked.Request(target)).Says());
    }

    [Theory]
    [InlineData("/admin%252fsecret")]
    [InlineData("/caf%C3%A9")]
    [InlineData("/a%20b?x=%2f%zz\\")]
    [InlineData("/a/...;x")]
    public void What_can_be_read_in_one_way_is_not(string target) => Assert.Equal("allow", AboutPaths.Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("host")]
    [InlineData("Host")]
    [InlineData(":authority")]
    [Trait("Case", "L7P-056")]
    [Trait("Case", "L7P-057")]
    public void No_host_is_refused_while_a_rule_is_about_hosts(string name)
    {
        var set = Asked.Of(Asked.Deny(headers: Asked.Header(name, suffix: "bad.com")), Asked.Allow(prefix: "/"));

        Assert.Equal(nameof(DecisionReason.AmbiguousTarget), set.Decide(Asked.Request("/", authority: "")).Says());
        Assert.Equal("allow", AboutPaths.Decide(Asked.Request("/", authority: "")).Says());
    }

    [Theory]
    [InlineData("/a", "/a", "allow")]
    [InlineData("/a/./b%20%C3%A9?x", "/a/b \u00e9", "allow")]
    [InlineData("/a%252f", "/a%2f", "allow")]
    [InlineData("/a", "/b", nameof(DecisionReason.PathDisagreement))]
    [InlineData("/a/%2e%2e/b", "/a/../b", nameof(DecisionReason.PathDisagreement))]
    [InlineData("/a%2561", "/aa", nameof(DecisionReason.PathDisagreement))]
    public void A_server_that_reads_another_path_is_not_believed(string target, string server, string expected)
    {
        var request = Asked.Request(target) with { ServerPath = server };

        Assert.Equal(expected, AboutPaths.Decide(request).Says());
        Assert.Equal("allow", AboutMethods.Decide(request).Says());
    }

    [Fact]
    public void Underscores_in_names_are_refused_or_unseen_where_that_is_set()
    {
        var request = Asked.Request("/", headers: ("x_check", "1"));
        Permission[] rules = [Asked.Deny(headers: Asked.Header("x_check", present: true)), Asked.Allow(methods: "GET")];

        Assert.Equal("deny", Asked.Of(rules).Decide(request).Says());
        Assert.Equal(nameof(DecisionReason.MalformedRequest), Asked.Reading(new() { UnderscoredHeaders = UnderscoredHeaders.Reject }, rules).Decide(request).Says());
        Assert.Equal("allow", Asked.Reading(new() { UnderscoredHeaders = UnderscoredHeaders.Drop }, rules).Decide(request).Says());
    }

    [Fact]
    [Trait("Case", "L7H-034")]
    public void A_header_whose_name_is_none_is_refused_while_a_rule_is_about_headers()
    {
        var request = new RequestView("GET", "/", "orders", "https", new WireHeaders() { HaveIllegalNames = true });

        Assert.Equal(nameof(DecisionReason.AmbiguousTarget), Asked.Of(Asked.Allow(headers: Asked.Header("x", present: true))).Decide(request).Says());
        Assert.Equal("allow", AboutPaths.Decide(request).Says());
    }

    [Fact]
    [Trait("Case", "L7P-064")]
    [Trait("Case", "L7P-065")]
    public void Long_paths_take_time_linear_in_their_length()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var part in new[] { "/..", "/a/..", "%2e", "/%2e%2e", "/;", "//", "%25", "/a;b" })
        {
            var target = "/" + string.Concat(Enumerable.Repeat(part, 200_000 / part.Length));
            AboutPaths.Decide(Asked.Request(target));
        }

        // Squared it would be minutes.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
