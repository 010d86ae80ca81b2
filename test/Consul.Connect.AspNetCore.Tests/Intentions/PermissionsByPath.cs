using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class PermissionsByPath
{
    [Theory]
    [InlineData("/admin", "deny")]
    [InlineData("/ADMIN", "deny")]
    [InlineData("/admin/", "deny")]
    [InlineData("/./admin", "deny")]
    [InlineData("/x/../admin", "deny")]
    [InlineData("/x/%2e%2e/admin", "deny")]
    [InlineData("/%61dmin", "deny")]
    [InlineData("//admin", "deny")]
    [InlineData("/admin//", "deny")]
    [InlineData("/admin;x=1", "deny")]
    [InlineData("/admin%3bx", "deny")]
    [InlineData("/admin?x=1", "deny")]
    [InlineData("/admin?", "deny")]
    [InlineData("/adminx", "allow")]
    [InlineData("/admin/x", "allow")]
    [InlineData("/%2561dmin", "allow")]
    [InlineData("/admin%2500", "allow")]
    [InlineData("/admin%3fx", "allow")]
    [InlineData("/%ef%bd%81dmin", "allow")]
    [Trait("Case", "L7P-001")]
    [Trait("Case", "L7P-002")]
    [Trait("Case", "L7P-006")]
    [Trait("Case", "L7P-007")]
    [Trait("Case", "L7P-024")]
    [Trait("Case", "L7P-027")]
    [Trait("Case", "L7P-032")]
    [Trait("Case", "L7P-033")]
    [Trait("Case", "L7P-039")]
    [Trait("Case", "L7P-044")]
    public void A_deny_of_a_path_denies_every_spelling_an_app_may_take_for_it(string target, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Deny("/admin"), Asked.Allow(prefix: "/")).Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("/admin", "allow")]
    [InlineData("/./admin", "allow")]
    [InlineData("/%61dmin", "allow")]
    [InlineData("/admin?x", "allow")]
    [InlineData("/admin/", "deny")]
    [InlineData("/ADMIN", "deny")]
    [InlineData("//admin", "deny")]
    [InlineData("/admin;x", "deny")]
    [InlineData("/admin%3fx", "deny")]
    [Trait("Case", "L7P-004")]
    [Trait("Case", "L7P-030")]
    public void An_allow_of_a_path_allows_it_alone(string target, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Allow("/admin")).Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("/public/x", "allow")]
    [InlineData("/public/../admin", "deny")]
    [InlineData("/public/%2e%2e/admin", "deny")]
    [InlineData("/public", "deny")]
    [InlineData("/public/a?/../../admin", "allow")]
    [Trait("Case", "L7P-008")]
    [Trait("Case", "L7P-009")]
    public void An_allow_of_a_prefix_sees_the_path_without_dots(string target, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Allow(prefix: "/public/")).Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("/Admin/users")]
    [InlineData("//admin")]
    [InlineData("/admin")]
    [InlineData("/a/..//ADMIN;v=1/x")]
    [Trait("Case", "L7P-005")]
    [Trait("Case", "L7P-020")]
    public void A_deny_of_a_prefix_denies_in_every_spelling(string target) =>
        Assert.Equal("deny", Asked.Of(Asked.Deny(prefix: "/admin/"), Asked.Deny(prefix: "/admin"), Asked.Allow(prefix: "/")).Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("/admin/[0-9]+", "/ADMIN/7/", "deny")]
    [InlineData("/admin/", "/admin", "deny")]
    [InlineData("/[^a-z]+", "/N", "deny")]
    [InlineData("/x", "/xy", "allow")]
    public void A_deny_by_pattern_ignores_case_and_one_slash(string regex, string target, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Deny(regex: regex), Asked.Allow(prefix: "/")).Decide(Asked.Request(target)).Says());

    [Theory]
    [InlineData("/a%2Fb", "/a/b", "deny")]
    [InlineData("/a%2Fb", "/a%2Fb", "allow")]
    [InlineData("/a/b", "/a%2fb", "deny")]
    [Trait("Case", "L7P-012")]
    public void A_slash_that_stays_escaped_is_a_letter_for_an_allow_and_both_for_a_deny(string rule, string target, string expected)
    {
        var reading = new RequestReading { EscapedSlashes = EscapedSlashes.Keep };

        Assert.Equal(expected, Asked.Reading(reading, Asked.Allow(rule)).Decide(Asked.Request(target)).Says());
        Assert.Equal("deny", Asked.Reading(reading, Asked.Deny(rule), Asked.Allow(prefix: "/")).Decide(Asked.Request(target)).Says());
    }

    [Theory]
    [InlineData("/a?x", "/a")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/%61", "/a")]
    [Trait("Case", "L7P-045")]
    public void A_rule_in_a_spelling_no_request_has_denies_what_is_meant_allows_nothing_and_is_told(string rule, string meant)
    {
        Assert.Equal("deny", Asked.Of(Asked.Deny(rule), Asked.Allow(prefix: "/")).Decide(Asked.Request(meant)).Says());

        var allow = Asked.Of(Asked.Allow(rule));
        Assert.Equal("deny", allow.Decide(Asked.Request(meant)).Says());
        var warning = Assert.Single(allow.Warnings);
        Assert.Contains("web -> orders", warning);
        Assert.Contains(rule, warning);
        Assert.Empty(Asked.Of(Asked.Deny(meant), Asked.Allow(prefix: "/.well-known/")).Warnings);
    }

    [Fact]
    [Trait("Case", "L7P-013")]
    public void Unescaped_as_Envoy_can_be_told_to_a_deny_sees_the_slash()
    {
        var reading = new RequestReading { LikeEnvoy = true, EscapedSlashes = EscapedSlashes.UnescapeAndForward };
        Assert.Equal("deny", Asked.Reading(reading, Asked.Deny("/value/supersecret"), Asked.Allow(prefix: "/")).Decide(Asked.Request("/value%2Fsupersecret")).Says());
    }

    [Fact]
    public void Merged_slashes_are_seen_by_an_allow_only_where_that_is_set()
    {
        Assert.Equal("deny", Asked.Of(Asked.Allow("/a/b")).Decide(Asked.Request("/a//b")).Says());
        Assert.Equal("allow", Asked.Reading(new() { MergeSlashes = true }, Asked.Allow("/a/b")).Decide(Asked.Request("/a//b")).Says());
    }

    [Fact]
    public void Asterisk_has_no_path_for_an_allow_and_the_root_for_a_deny()
    {
        Assert.Equal("deny", Asked.Of(Asked.Allow(prefix: "/")).Decide(Asked.Request("*", "OPTIONS")).Says());
        Assert.Equal("allow", Asked.Of(Asked.Allow(methods: "OPTIONS")).Decide(Asked.Request("*", "OPTIONS")).Says());
        Assert.Equal("deny", Asked.Of(Asked.Deny("/"), Asked.Allow(methods: "OPTIONS")).Decide(Asked.Request("*", "OPTIONS")).Says());
    }

    [Theory]
    [InlineData("/abc", "/[[:alpha:]]+", "allow")]
    [InlineData("/v%D9%A3", "/v\\d+", "deny")]
    [InlineData("/x/b", "^/a|/b$", "deny")]
    [Trait("Case", "L7H-024")]
    [Trait("Case", "L7H-026")]
    [Trait("Case", "L7H-028")]
    public void An_allow_by_pattern_is_RE2_on_the_whole_path(string target, string regex, string expected) =>
        Assert.Equal(expected, Asked.Of(Asked.Allow(regex: regex)).Decide(Asked.Request(target)).Says());

    [Fact]
    [Trait("Case", "L7M-012")]
    public void The_path_of_a_gRPC_method_is_a_path()
    {
        var set = Asked.Of(Asked.Deny("/pkg.Svc/Drop"), Asked.Allow("/pkg.Svc/Get"));

        Assert.Equal("allow", set.Decide(Asked.Request("/pkg.Svc/Get", "POST")).Says());
        Assert.Equal("deny", set.Decide(Asked.Request("/pkg.svc/get", "POST")).Says());
        Assert.Equal(0, set.Decide(Asked.Request("/pkg.svc/drop", "POST")).Permission);
    }
}
