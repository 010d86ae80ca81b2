using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Intentions;

public class WhatTheAgentSaidGrowsOld
{
    private static readonly AgentException Gone = new(AgentFault.Transient, "connection refused");

    [Fact]
    public async Task Past_the_bound_what_was_allowed_is_refused_and_what_was_denied_stays_denied()
    {
        await using var orders = await LonelyAsync(TimeSpan.FromSeconds(10));

        orders.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.True((await orders.DecideAsync("web")).Allowed);

        orders.Time.Advance(TimeSpan.FromSeconds(2));
        var stale = await orders.DecideAsync("web");
        Assert.Equal((false, DecisionReason.Stale), (stale.Allowed, stale.Reason));
        Assert.Contains("MaxStaleness", stale.Explanation);
        Assert.Equal(DecisionReason.Stale, (await orders.DecideAsync("nobody")).Reason);
        Assert.Equal(DecisionReason.Intention, (await orders.DecideAsync("cron")).Reason);
    }

    [Fact]
    public async Task An_agent_that_answers_again_ends_it()
    {
        await using var orders = await LonelyAsync(TimeSpan.FromSeconds(10));
        orders.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.False((await orders.DecideAsync("web")).Allowed);

        orders.Agent.MatchFault = null;
        await orders.Time.WaitForTimersAsync();
        orders.Time.Advance(TimeSpan.FromSeconds(5));
        await orders.Agent.Until("match waits");

        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task Without_a_bound_the_last_word_holds()
    {
        await using var orders = await LonelyAsync(null);

        orders.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Equal("connection refused", orders.Authorizer.LastError);
    }

    [Fact]
    public async Task In_quiet_times_a_narrow_bound_shortens_the_waits()
    {
        await using var orders = await ConfirmedAsync(TimeSpan.FromSeconds(6));
        for (var wait = 0; wait < 20; wait++)
        {
            Assert.Equal(TimeSpan.FromSeconds(3), orders.Time.NextDue);
            orders.Time.AdvanceToNext();
            Assert.True((await orders.DecideAsync("web")).Allowed);
            await orders.Agent.Until("match waits");
        }
    }

    [Fact]
    public async Task A_default_policy_that_was_not_confirmed_goes_stale_for_itself()
    {
        await using var orders = Authorizing.ByIntentions(new() { MaxStaleness = TimeSpan.FromMinutes(1) }, Policy.Allow("web"));
        orders.Agent.DefaultAllows = true;
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);
        orders.Agent.Verdict = (_, _) => throw new AgentException(AgentFault.Denied, "403 Permission denied");
        for (var wait = 0; wait < 5; wait++)
        {
            await orders.Time.WaitForTimersAsync(2);
            orders.Agent.Forget();
            orders.Time.Advance(TimeSpan.FromSeconds(26));
            await orders.Agent.Until("match waits");
        }

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Equal(DecisionReason.Stale, (await orders.DecideAsync("nobody")).Reason);
    }

    [Theory]
    [InlineData(300, "web", nameof(DecisionReason.Intention))]
    [InlineData(301, "nobody", nameof(DecisionReason.DefaultPolicy))]
    public async Task What_is_published_is_fresh_from_its_first_moment(int published, string caller, string reason)
    {
        await using var orders = Authorizing.ByIntentions(new() { MaxStaleness = TimeSpan.FromMinutes(1) }, Policy.Allow("web"));
        orders.Agent.DefaultAllows = true;
        var first = new TaskCompletionSource<IntentionDecision>();
        orders.AtEvent = async id =>
        {
            if (id == published)
                first.TrySetResult(await orders.Authorizer.DecideAsync(Policy.Caller(caller), ConnectionKind.Http, CancellationToken.None));
        };
        orders.Authorizer.Start();

        var decision = await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((true, reason), (decision.Allowed, decision.Reason.ToString()));
    }

    [Fact]
    public async Task What_is_replaced_does_not_become_fresh_by_what_replaces_it()
    {
        var time = new FakeTime();
        var agent = new PolicyAgent(time);
        using var metrics = new ConnectMetrics("orders", null);
        var kept = new List<WatchFreshness>();
        await using var watch = new AgentWatch<IntentionMatch>("intentions", (query, cancellation) => agent.MatchIntentionsAsync("orders", query, cancellation), (_, freshness) =>
        {
            kept.Add(freshness);
            return null;
        }, new(agent, time, TimeSpan.FromSeconds(25), NullLogger.Instance, metrics));
        watch.Start();
        await agent.Until("match waits");

        time.Advance(TimeSpan.FromSeconds(20));
        agent.Set(Policy.Deny("web"));
        await agent.Until("match waits");

        Assert.Equal([TimeSpan.FromSeconds(20), TimeSpan.Zero], kept.Select(freshness => freshness.SinceConfirmed));
        Assert.Equal(TimeSpan.Zero, watch.SinceConfirmed);
    }

    private static async Task<Authorizing> ConfirmedAsync(TimeSpan? bound)
    {
        var options = new ConnectAuthorizationOptions { MaxStaleness = bound, DefaultPolicy = ConnectDefaultPolicy.Allow };
        var orders = Authorizing.ByIntentions(options, Policy.Allow("web"), Policy.Deny("cron"));
        orders.Authorizer.Start();
        await orders.Agent.Until("match waits");
        return orders;
    }

    private static async Task<Authorizing> LonelyAsync(TimeSpan? bound)
    {
        var orders = await ConfirmedAsync(bound);
        orders.Agent.Break(Gone);
        await orders.Agent.Until("match fails");
        await orders.Time.WaitForTimersAsync();
        return orders;
    }
}
