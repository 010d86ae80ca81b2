using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class IntentionsWeDoNotUnderstand
{
    [Theory]
    [InlineData("ALLOW")]
    [InlineData("Allow")]
    [InlineData("allow ")]
    [InlineData("audit")]
    [InlineData("")]
    [Trait("Case", "L4-008")]
    public void Only_the_exact_word_allows(string action)
    {
        var decision = Policy.Set(Policy.Intention("web", "orders", action), Policy.Allow("*")).Decide(Policy.Caller("web"))!.Value;

        Assert.False(decision.Allowed);
        Assert.Equal(DecisionReason.NotUnderstood, decision.Reason);
    }

    [Fact]
    public void An_allow_with_an_unknown_member_denies_and_no_lighter_rule_is_asked()
    {
        var set = Policy.Set(Policy.Allow("web") with { Unknown = "\"JWT\"" }, Policy.Allow("*"));

        Assert.Equal((false, DecisionReason.NotUnderstood), Brief(set));
        Assert.NotNull(set.NotUnderstood);
    }

    [Fact]
    public void A_deny_with_an_unknown_member_denies_for_itself() =>
        Assert.Equal((false, DecisionReason.Intention), Brief(Policy.Set(Policy.Deny("web") with { Unknown = "\"JWT\"" })));

    [Theory]
    [InlineData("external-trust-domain")]
    [InlineData("Consul")]
    [InlineData("")]
    [Trait("Case", "L4-015")]
    public void Sources_of_another_type_are_never_allowed(string type) =>
        Assert.Equal((false, DecisionReason.NotUnderstood), Brief(Policy.Set(Policy.Allow("web") with { SourceType = type }, Policy.Allow("*"))));

    [Fact]
    [Trait("Case", "L4-016")]
    public void An_allow_that_asks_for_a_token_denies_and_says_so()
    {
        var set = Policy.Set(Policy.Allow("web") with { RequiresJwt = true }, Policy.Allow("*"));

        Assert.Equal((false, DecisionReason.Jwt), Brief(set));
        Assert.Contains("asks for a JWT", set.Decide(Policy.Caller("web"))!.Value.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_in_every_namespace_cannot_exist_and_is_never_allowed() =>
        Assert.Equal((false, DecisionReason.NotUnderstood), Brief(Policy.Set(Policy.Allow("*/web"))));

    [Fact]
    public void Permissions_refuse_a_connection_without_requests()
    {
        var set = Policy.Set(Policy.Intention("web", "orders", "") with { Permissions = [new("allow", new("/", "", "", [], [], null), RequiresJwt: false, null)] }, Policy.Allow("*"));

        Assert.Equal((false, DecisionReason.Permissions), Brief(set));
        Assert.Contains("has no requests", set.Decide(Policy.Caller("web"))!.Value.Explanation);
    }

    [Fact]
    public void A_heavier_rule_spares_a_caller_the_one_we_do_not_understand() =>
        Assert.True(Policy.Set(Policy.Allow("web"), Policy.Allow("*") with { Unknown = "\"JWT\"" }).Allows("web"));

    private static (bool, DecisionReason) Brief(IntentionSet set) =>
        set.Decide(Policy.Caller("web")) is { } decision ? (decision.Allowed, decision.Reason) : throw new InvalidOperationException("not named");
}
