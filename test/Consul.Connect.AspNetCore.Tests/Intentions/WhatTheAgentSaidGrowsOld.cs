using ConsulConnect.Agent;
using ConsulConnect.Intentions;

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
