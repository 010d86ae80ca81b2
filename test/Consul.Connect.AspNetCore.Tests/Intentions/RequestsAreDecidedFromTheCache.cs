using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Tests.Intentions;

public sealed class RequestsAreDecidedFromTheCache
{
    private static readonly AgentException Gone = new(AgentFault.Transient, "connection refused");

    [Fact]
    public async Task Past_the_bound_what_a_permission_allowed_is_refused_and_what_it_denied_stays_denied()
    {
        await using var orders = await OrdersAsync(new() { MaxStaleness = TimeSpan.FromSeconds(10), DefaultPolicy = ConnectDefaultPolicy.Allow }, Asked.Web(Asked.Allow("/x"), Asked.Deny("/y")));
        Assert.Equal((true, DecisionReason.Intention), Decide(orders, "/x"));
        Assert.Equal((true, DecisionReason.DefaultPolicy), Decide(orders, "/z"));

        orders.Agent.Break(Gone);
        await orders.Agent.Until("match fails");
        orders.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal((false, DecisionReason.Stale), Decide(orders, "/x"));
        Assert.Equal((false, DecisionReason.Intention), Decide(orders, "/y"));
        Assert.Equal((false, DecisionReason.Stale), Decide(orders, "/z"));
        Assert.True(Decision(orders, "/z").IsPerRequest);
        Assert.Equal((false, DecisionReason.MalformedRequest), Decide(orders, "/x#"));
    }

    [Fact]
    public async Task Before_the_agent_has_spoken_nobody_knows()
    {
        await using var orders = Authorizing.ByIntentions(new() { DefaultPolicy = ConnectDefaultPolicy.Allow });

        Assert.Equal((false, DecisionReason.Unknown), Decide(orders, "/x"));
    }

    [Fact]
    public async Task What_throws_while_it_is_decided_is_a_refusal_with_a_reason_of_its_own()
    {
        await using var orders = await OrdersAsync(new() { DefaultPolicy = ConnectDefaultPolicy.Allow }, Asked.Web(Asked.Allow(headers: Asked.Header("x", present: true))));

        var decision = orders.Authorizer.Decide(Policy.Caller("web"), new RequestView("GET", "/", "orders", "https", new Broken()));

        Assert.Equal((false, DecisionReason.PolicyError), (decision.Allowed, decision.Reason));
        Assert.Contains("deciding failed", decision.Explanation);
    }

    [Fact]
    public async Task A_permission_that_misleads_is_told_once()
    {
        var misleading = Asked.Web(Asked.Allow("/a?x"), Asked.Deny(regex: "("));
        await using var orders = await OrdersAsync(new() { DefaultPolicy = ConnectDefaultPolicy.Deny }, misleading);
        // It is ready before the lines are written.
        await orders.Agent.Until("match waits");
        Assert.Equal(2, orders.Logged(310).Length);

        orders.Agent.Set(misleading, Policy.Allow("other"));
        await orders.Agent.Until("match waits");

        Assert.Equal(2, orders.Logged(310).Length);
        Assert.All(orders.Logged(310), text => Assert.Contains("web -> orders", text));
    }

    private static async Task<Authorizing> OrdersAsync(ConnectAuthorizationOptions options, params Intention[] intentions)
    {
        var orders = Authorizing.ByIntentions(options, intentions);
        orders.Authorizer.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await orders.Authorizer.WaitReadyAsync(limit.Token);
        return orders;
    }

    private static (bool, DecisionReason) Decide(Authorizing orders, string target) => Decision(orders, target) is var decision ? (decision.Allowed, decision.Reason) : default;

    private static IntentionDecision Decision(Authorizing orders, string target) => orders.Authorizer.Decide(Policy.Caller("web"), Asked.Request(target));

    private sealed class Broken : IRequestHeaders
    {
        public bool HaveUnderscores => false;

        public StringValues this[string name] => throw new InvalidOperationException("broken");
    }
}
