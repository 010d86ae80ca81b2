using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>The provider <c>Agent</c>.</summary>
public class TheAgentIsAsked
{
    [Fact]
    public async Task About_this_service_this_identity_and_this_serial()
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => Answer(true, "Matched intention: ALLOW default/web => default/orders (Precedence: 9)");

        var decision = await orders.DecideAsync("web");

        Assert.Equal(("orders", Policy.Caller("web").SpiffeId, "0a:0b"), Assert.Single(orders.Agent.Asked));
        Assert.Equal((true, DecisionReason.Intention), (decision.Allowed, decision.Reason));
        Assert.Contains("ALLOW default/web", decision.Explanation);
    }

    public static TheoryData<bool, string, string> Verdicts => new()
    {
        { true, "", nameof(DecisionReason.Intention) },
        { true, "ACLs disabled, access is allowed by default", nameof(DecisionReason.DefaultPolicy) },
        { false, "Default behavior configured by ACLs", nameof(DecisionReason.DefaultPolicy) },
        { false, "Matched intention: DENY default/web => default/orders (ID: 1, Precedence: 9)", nameof(DecisionReason.Intention) },
        { false, "Matched L7 intention: default/web => default/orders (Precedence: 9, Permissions: 2)", nameof(DecisionReason.Permissions) },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    [Trait("Case", "L4-027")]
    public async Task Its_word_decides_and_its_text_only_explains(bool authorized, string said, string reason)
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => Answer(authorized, said);

        var decision = await orders.DecideAsync("web");

        Assert.Equal((authorized, reason), (decision.Allowed, decision.Reason.ToString()));
        Assert.Contains(said, decision.Explanation);
    }

    [Fact]
    public async Task Its_text_cannot_break_a_line_or_fill_the_log()
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => Answer(false, "no\r\n\u001b[2J" + new string('x', 100_000));

        var explanation = (await orders.DecideAsync("web")).Explanation;

        Assert.DoesNotContain(explanation, char.IsControl);
        Assert.InRange(explanation.Length, 1, 400);
    }

    [Fact]
    public async Task And_its_readiness_is_that_it_answers()
    {
        await using var orders = Authorizing.ByAgent();
        Assert.False(orders.Authorizer.IsReady);
        orders.Agent.DefaultAllows = true;

        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);

        Assert.Equal("allow", orders.Authorizer.DefaultPolicy);
    }

    public static TheoryData<string, TimeSpan?, TimeSpan?, bool> Ages => new()
    {
        { "no bound, no age", null, null, true },
        { "no bound, an hour old", null, TimeSpan.FromHours(1), true },
        { "within the bound", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), true },
        { "past the bound", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11), false },
        { "a bound and no age", TimeSpan.FromMinutes(10), null, false },
    };

    [Theory]
    [MemberData(nameof(Ages))]
    public async Task What_it_says_may_be_older_than_allowed(string situation, TimeSpan? bound, TimeSpan? age, bool allowed)
    {
        await using var orders = Authorizing.ByAgent(new() { MaxStaleness = bound });
        orders.Agent.Verdict = (_, _) => Task.FromResult(PolicyAgent.Says(true, situation, age));

        var decision = await orders.DecideAsync("web");

        Assert.Equal((allowed, allowed ? DecisionReason.Intention : DecisionReason.Stale), (decision.Allowed, decision.Reason));
    }

    [Fact]
    public async Task And_its_old_denial_is_still_a_denial()
    {
        await using var orders = Authorizing.ByAgent(new() { MaxStaleness = TimeSpan.FromSeconds(5) });
        orders.Agent.Verdict = (_, _) => Task.FromResult(PolicyAgent.Says(false, "Matched intention: DENY", TimeSpan.FromHours(1)));

        Assert.Equal(DecisionReason.Intention, (await orders.DecideAsync("web")).Reason);
    }

    private static Task<AgentAnswer<AuthorizeVerdict>> Answer(bool authorized, string reason) =>
        Task.FromResult(PolicyAgent.Says(authorized, reason, TimeSpan.Zero));
}
