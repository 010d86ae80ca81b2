using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class PermissionsDecide
{
    [Fact]
    public void The_first_that_matches_decides_and_is_named()
    {
        var set = Asked.Of(Asked.Allow("/x"), Asked.Deny(prefix: "/"));

        var allowed = set.Decide(Asked.Request("/x"));
        Assert.Equal((true, DecisionReason.Intention, "web -> orders", 0, true), (allowed.Allowed, allowed.Reason, allowed.Intention, allowed.Permission, allowed.IsPerRequest));
        Assert.Equal("\"web\" may call \"orders\" with this request: Permissions[0] of the intention web -> orders allows it (PathExact /x); precedence 9.", allowed.Explanation);

        var denied = set.Decide(Asked.Request("/y"));
        Assert.Equal((false, DecisionReason.Intention, 1), (denied.Allowed, denied.Reason, denied.Permission));
        Assert.Equal("\"web\" may not call \"orders\" with this request: Permissions[1] of the intention web -> orders denies it (PathPrefix /); precedence 9.", denied.Explanation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Case", "L4-012")]
    [Trait("Case", "L4-013")]
    public void Where_none_matches_the_default_policy_decides_and_never_the_next_intention(bool byDefault)
    {
        foreach (var lighter in new[] { Policy.Allow("*"), Policy.Deny("*") })
        {
            var allow = Policy.Set(Asked.Web(Asked.Allow("/x")), lighter).Decide(Asked.Request("/y"), byDefault);
            var deny = Policy.Set(Asked.Web(Asked.Deny("/x")), lighter).Decide(Asked.Request("/y"), byDefault);

            Assert.Equal((byDefault, DecisionReason.DefaultPolicy, true), (allow.Allowed, allow.Reason, allow.IsPerRequest));
            Assert.Equal((byDefault, DecisionReason.DefaultPolicy, true), (deny.Allowed, deny.Reason, deny.IsPerRequest));
        }
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("WEB", false)]
    public void Another_spelling_of_the_source_is_denied_what_the_source_is_and_allowed_nothing(string caller, bool allowed)
    {
        var set = Asked.Of(Asked.Allow("/x"), Asked.Deny("/y"));

        Assert.Equal(allowed, set.Decide(Asked.Request("/x"), caller: caller).Allowed);
        Assert.False(set.Decide(Asked.Request("/y"), byDefault: true, caller: caller).Allowed);
        Assert.Equal(!allowed, Policy.Set(Asked.Web(Asked.Allow("/x"), Asked.Deny("/y")), Policy.Allow("*")).Decide(Asked.Request("/z"), caller: caller).Allowed);
    }

    [Fact]
    [Trait("Case", "L4-011")]
    public void A_connection_is_let_in_when_a_request_could_be_and_never_without_requests()
    {
        var some = Asked.Of(Asked.Allow("/x"));
        var none = Asked.Of(Asked.Deny("/x"));

        Assert.Equal((true, DecisionReason.Permissions, true), Connection(some, ConnectionKind.Http, false));
        Assert.Equal((false, DecisionReason.Permissions, true), Connection(some, ConnectionKind.Raw, true));
        Assert.Equal((false, DecisionReason.Permissions, true), Connection(none, ConnectionKind.Http, false));
        Assert.Equal((true, DecisionReason.Permissions, true), Connection(none, ConnectionKind.Http, true));
        Assert.Equal((false, DecisionReason.NotUnderstood, true), Connection(Asked.Of(new Permission("deny", null, RequiresJwt: false, null)), ConnectionKind.Http, true));
    }

    public static TheoryData<string, string, string> Unusable => new()
    {
        { "nothing", "L7H-015", "no condition" }, { "empty", "L7H-015", "no condition" }, { "no kind", "L7H-012", "no condition" }, { "two kinds", "L7H-012", "several" },
        { "unknown member", "L7H-014", "Range" }, { "name", "L7H-020", "x y" }, { "regex", "L7H-023", "a{1001}" }, { "two paths", "L7H-012", "several kinds of path" },
        { "states", "L7H-031", "PathRegex" }, { "pseudo", "L7H-020", ":status" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    [Trait("Case", "L7H-012")]
    [Trait("Case", "L7H-014")]
    [Trait("Case", "L7H-015")]
    [Trait("Case", "L7H-020")]
    [Trait("Case", "L7H-023")]
    [Trait("Case", "L7H-031")]
    public void What_cannot_be_used_allows_nothing_denies_everything_and_is_told(string flaw, string id, string told)
    {
        Assert.StartsWith("L7H", id, StringComparison.Ordinal);
        var http = flaw switch
        {
            "nothing" => null,
            "empty" => new("", "", "", [], [], null),
            "no kind" => new("", "/", "", [], [Asked.Header("x-a", invert: true)], null),
            "two kinds" => new("", "", "", [], [Asked.Header("x-a", exact: "a", prefix: "a")], null),
            "unknown member" => new("", "", "", [], [Asked.Header("x-a", exact: "a") with { Unknown = "Range" }], null),
            "name" => new("", "", "", [], [Asked.Header("x y", present: true)], null),
            "pseudo" => new("", "", "", [], [Asked.Header(":status", present: true)], null),
            "regex" => new("", "", "", [], [Asked.Header("x-a", regex: "a{1001}")], null),
            "states" => new("", "", "((a{0,100}){0,100}){0,100}", [], [], null),
            _ => new HttpCondition("/a", "/b", "", [], [], null),
        };
        var allow = Asked.Of(new Permission("allow", http, RequiresJwt: false, null), Asked.Allow("/else"));
        var deny = Asked.Of(new Permission("deny", http, RequiresJwt: false, null), Asked.Allow(prefix: "/"));

        Assert.Equal("deny", allow.Decide(Asked.Request("/", headers: ("x-a", "a"))).Says());
        Assert.Equal("allow", allow.Decide(Asked.Request("/else")).Says());
        Assert.Equal(DecisionReason.NotUnderstood, deny.Decide(Asked.Request("/else")).Reason);
        Assert.All([allow, deny], set => Assert.Contains(told, Assert.Single(set.Warnings)));
    }

    [Fact]
    [Trait("Case", "L7H-016")]
    [Trait("Case", "L4-017")]
    [Trait("Case", "L4-016")]
    public void A_permission_that_asks_for_more_than_we_can_check_denies_what_it_matches()
    {
        foreach (var action in new[] { "allow", "deny" })
        {
            foreach (var permission in new[] { Asked.Allow("/x") with { Action = action, Unknown = "Query" }, Asked.Allow("/x") with { Action = action, RequiresJwt = true } })
            {
                var set = Asked.Of(permission, Asked.Allow(prefix: "/"));

                Assert.Equal("deny", set.Decide(Asked.Request("/X/"), byDefault: true).Says());
                Assert.Equal("allow", set.Decide(Asked.Request("/y")).Says());
            }
        }

        Assert.Equal(DecisionReason.Jwt, Asked.Of(Asked.Allow("/x") with { RequiresJwt = true }).Decide(Asked.Request("/x")).Reason);
        Assert.Equal("deny", Asked.Of(Asked.Allow("/x") with { Action = "audit" }, Asked.Allow(prefix: "/")).Decide(Asked.Request("/y"), byDefault: true).Says());
    }

    [Fact]
    public void An_intention_with_more_than_permissions_that_we_do_not_understand_denies_whole()
    {
        var intention = Asked.Web(Asked.Allow(prefix: "/"));

        Assert.Equal(DecisionReason.Jwt, Policy.Set(intention with { RequiresJwt = true }).Decide(Asked.Request("/")).Reason);
        Assert.Equal(DecisionReason.NotUnderstood, Policy.Set(intention with { Unknown = "Weather" }).Decide(Asked.Request("/")).Reason);
        Assert.Equal(DecisionReason.NotUnderstood, Policy.Set(intention with { SourceType = "external" }).Decide(Asked.Request("/")).Reason);
    }

    private static (bool, DecisionReason, bool) Connection(IntentionSet set, ConnectionKind kind, bool byDefault)
    {
        var caller = Policy.Caller("web");
        var decision = set.Decide(caller, kind, out var behind) ?? behind!.Requests!.OpenByDefault(caller, new(byDefault, "orders", "as configured"));
        return (decision.Allowed, decision.Reason, decision.IsPerRequest);
    }
}
