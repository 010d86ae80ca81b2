using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.Tests.Reference;

namespace ConsulConnect.Tests.Intentions;

public class NamesThatLookAlike
{
    [Fact]
    [Trait("Case", "IDN-033")]
    public void An_allow_for_web_does_not_allow_WEB() => Assert.Null(Policy.Set(Policy.Allow("web")).Allows("WEB"));

    [Fact]
    [Trait("Case", "IDN-033")]
    public void A_deny_for_web_denies_WEB() => Assert.False(Policy.Set(Policy.Deny("web")).Allows("WEB"));

    [Fact]
    public void A_deny_for_web_denies_WEB_although_everyone_is_allowed() =>
        Assert.False(Policy.Set(Policy.Deny("web"), Policy.Allow("*")).Allows("WEB"));

    [Theory]
    [InlineData("WEB", "web")]
    [InlineData("web", "WEB")]
    public void A_deny_of_a_request_reaches_the_other_spelling_beside_a_rule_of_its_own(string caller, string other)
    {
        var set = Policy.Set(Per(caller, Header("deny", "x-own", "1")), Per(other, Header("deny", "x-role", "admin")));

        Assert.False(Decide(set, caller, ("x-role", "admin")).Allowed);
        Assert.False(Decide(set, caller, ("x-own", "1")).Allowed);
        Assert.True(Decide(set, caller, ("x-role", "user")).Allowed);
    }

    [Fact]
    public void Of_the_next_intention_a_request_is_asked_that_intentions_headers()
    {
        var set = Policy.Set(Per("WEB", Header("deny", "x-role", "admin")), Per("*", Header("deny", "x-team", "ops")));

        Assert.False(Decide(set, "web", ("x-role", "user"), ("x-team", "ops")).Allowed);
        Assert.True(Decide(set, "web", ("x-role", "ops"), ("x-team", "user")).Allowed);
    }

    [Theory]
    [InlineData("web.api", "web-api")]
    [InlineData("a.*", "abc")]
    [InlineData("a|b", "a")]
    [InlineData("web", "web2")]
    [InlineData("web2", "web")]
    [InlineData("web*", "web2")]
    [Trait("Case", "IDN-036")]
    [Trait("Case", "IDN-037")]
    public void A_name_is_compared_whole_and_never_as_a_pattern(string source, string caller)
    {
        Assert.Null(Policy.Set(Policy.Allow(source)).Allows(caller));
        Assert.Null(Policy.Set(Policy.Deny(source)).Allows(caller));
        Assert.True(Policy.Set(Policy.Allow(source)).Allows(source));
    }

    [Theory]
    [InlineData("orders2")]
    [InlineData("billing")]
    [InlineData("order*")]
    public void An_allow_for_another_service_never_allows(string destination)
    {
        var alone = Policy.Set(Policy.Allow("web", destination)).Decide(Policy.Caller("web"))!.Value;
        Assert.Equal((false, DecisionReason.NotUnderstood), (alone.Allowed, alone.Reason));
        Assert.Contains("another service", alone.Explanation);

        Assert.False(Policy.Set(Policy.Allow("web", destination), Policy.Allow("*"), Policy.Allow("*", "*")).Allows("web"));
        Assert.False(Policy.Set(Policy.Allow("web", destination) with { Action = "", Permissions = [new("allow", null, RequiresJwt: false, null)] }).Allows("web"));
        Assert.True(Policy.Set(Policy.Allow("web"), Policy.Allow("*", destination)).Allows("web"));
    }

    [Theory]
    [InlineData("ORDERS")]
    [InlineData("orders")]
    [InlineData("*")]
    public void A_deny_for_a_name_like_ours_denies(string destination)
    {
        var decision = Policy.Set(Policy.Deny("web", destination), Policy.Allow("*", "*")).Decide(Policy.Caller("web"))!.Value;

        Assert.Equal((false, DecisionReason.Intention), (decision.Allowed, decision.Reason));
    }

    [Theory]
    [InlineData("ORDERS")]
    [InlineData("Orders")]
    public void An_allow_for_our_name_in_another_case_allows_as_agents_do(string destination) => Assert.True(Policy.Set(Policy.Allow("web", destination)).Allows("web"));

    [Fact]
    public void An_allow_for_every_service_is_one_for_ours() => Assert.True(Policy.Set(Policy.Allow("web", "*")).Allows("web"));

    [Fact]
    [Trait("Case", "IDN-047")]
    public void Another_namespace_is_another_service()
    {
        Assert.Null(Policy.Set(Policy.Allow("web")).Decide(Policy.Caller("web", "other")));
        Assert.Null(Policy.Set(Policy.Allow("*")).Decide(Policy.Caller("web", "other")));
        Assert.True(Policy.Set(Policy.Allow("*/*")).Decide(Policy.Caller("web", "other"))?.Allowed);
    }

    [Fact]
    public void Another_partition_is_another_service()
    {
        var set = Policy.Set(Policy.Allow("*/*"));

        Assert.Null(set.Decide(Policy.Caller("web", partition: "far")));
        Assert.True(Policy.Set(Policy.Allow("web") with { SourcePartition = "FAR" }).Decide(Policy.Caller("web", partition: "far"))?.Allowed);
        Assert.Null(Policy.Set(Policy.Allow("web") with { SourcePartition = "far" }).Allows("web"));
        Assert.True(Policy.Set(Policy.Allow("web") with { SourcePartition = "default" }).Allows("web"));
    }

    [Fact]
    [Trait("Case", "L4-014")]
    public void A_peered_source_never_names_a_caller_of_our_own_mesh()
    {
        Assert.Null(Policy.Set(Policy.Allow("web") with { SourcePeer = "east" }).Allows("web"));
        Assert.Null(Policy.Set(Policy.Deny("*") with { SourcePeer = "east" }).Allows("web"));
    }

    [Fact]
    public void A_namespace_left_out_is_the_default_one() =>
        Assert.True(Policy.Set(Policy.Allow("web") with { SourceNamespace = "", DestinationNamespace = "" }).Allows("web"));

    private static Intention Per(string source, Permission permission) => Policy.Intention(source, "orders", "") with { Permissions = [permission] };

    private static Permission Header(string action, string name, string exact) =>
        new(action, new("", "", "", [], [new(name, false, exact, "", "", "", "", Invert: false, IgnoreCase: false, null)], null), RequiresJwt: false, null);

    private static IntentionDecision Decide(IntentionSet set, string caller, params (string Name, string Value)[] headers)
    {
        var view = new GeneratedRequest("GET", "/", "orders", [.. headers.Select(header => new GeneratedLine(header.Name, header.Value))]).View;
        return set.Decide(Policy.Caller(caller), in view, new DefaultPolicyAnswer(true, "orders", "as configured"));
    }
}
