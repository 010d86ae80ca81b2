using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Agents before 1.9.</summary>
public class TheMatchCallHasNoIndex
{
    private static readonly ConnectAuthorizationOptions DenyByDefault = new() { DefaultPolicy = ConnectDefaultPolicy.Deny };

    [Fact]
    public async Task A_change_wakes_the_wait_on_the_list_and_is_read_by_match()
    {
        await using var orders = await OldAgentAsync();
        Assert.False((await orders.DecideAsync("web")).Allowed);

        orders.Agent.Set(Policy.Allow("web"));
        await orders.Agent.Until("list waits");
        Assert.True((await orders.DecideAsync("web")).Allowed);

        orders.Agent.Set(Policy.Deny("web"));
        await orders.Agent.Until("list waits");
        Assert.Equal((false, DecisionReason.Intention), Brief(await orders.DecideAsync("web")));
        Assert.Null(orders.Authorizer.LastError);
        Assert.Equal(0, orders.Agent.Count("match waits"));
    }

    [Fact]
    public async Task A_change_between_the_two_calls_is_not_missed()
    {
        await using var orders = await OldAgentAsync();

        // The answer on its way does not hold the allow yet; the list index that goes with it is older, too.
        orders.Agent.AfterMatch = () =>
        {
            orders.Agent.AfterMatch = null;
            orders.Agent.Set(Policy.Allow("web"));
        };
        orders.Agent.Set(Policy.Deny("web"));
        await orders.Agent.Until("list waits");

        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task A_refused_list_means_polling_and_is_not_asked_each_time()
    {
        await using var orders = Authorizing.ByIntentions(DenyByDefault);
        orders.Agent.MatchHasIndex = false;
        orders.Agent.ListFault = new(AgentFault.Denied, "403 Permission denied");
        orders.Authorizer.Start();
        for (var poll = 0; poll < 10; poll++)
        {
            await orders.Time.WaitForTimersAsync();
            Assert.InRange(orders.Time.AdvanceToNext(), TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(550));
        }

        orders.Agent.Set(Policy.Allow("web"));
        await NextPollAsync(orders);
        await NextPollAsync(orders);

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Equal(1, orders.Agent.Count("list"));
        Assert.Contains("403 Permission denied", Assert.Single(orders.Logged(303)));
    }

    [Fact]
    public async Task A_list_that_may_be_read_again_is_waited_on_again()
    {
        await using var orders = Authorizing.ByIntentions(DenyByDefault);
        orders.Agent.MatchHasIndex = false;
        orders.Agent.ListFault = new(AgentFault.Denied, "403 Permission denied");
        orders.Authorizer.Start();
        await NextPollAsync(orders);

        orders.Agent.ListFault = null;
        await orders.Time.WaitForTimersAsync();
        // In one step, or the loop may look at the clock while it is still on the way, and poll once more.
        orders.Time.Jump(IntentionFetch.RefusedListPause);
        await orders.Agent.Until("list waits");

        orders.Agent.Set(Policy.Allow("web"));
        await orders.Agent.Until("list waits");
        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task A_right_lost_later_means_polling_too()
    {
        await using var orders = await OldAgentAsync();

        orders.Agent.ListFault = new(AgentFault.Denied, "403 Permission denied");
        orders.Agent.Set(Policy.Deny("web"));
        await orders.Agent.Until("list");
        await orders.Time.WaitForTimersAsync();
        orders.Agent.Set(Policy.Allow("web"));
        await NextPollAsync(orders);
        await NextPollAsync(orders);

        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task An_agent_that_was_upgraded_is_waited_on_by_match()
    {
        await using var orders = await OldAgentAsync();

        orders.Agent.MatchHasIndex = true;
        orders.Agent.Set(Policy.Allow("web"));
        await orders.Agent.Until("match waits");

        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task An_agent_that_was_downgraded_is_waited_on_by_the_list()
    {
        await using var orders = Authorizing.ByIntentions(DenyByDefault);
        orders.Authorizer.Start();
        await orders.Agent.Until("match waits");
        Assert.Equal(0, orders.Agent.Count("list"));

        orders.Agent.MatchHasIndex = false;
        orders.Agent.Set(Policy.Allow("web"));
        await orders.Agent.Until("list waits");

        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    private static async Task<Authorizing> OldAgentAsync()
    {
        var orders = Authorizing.ByIntentions(DenyByDefault);
        orders.Agent.MatchHasIndex = false;
        orders.Authorizer.Start();
        await orders.Agent.Until("list waits");
        return orders;
    }

    private static async Task NextPollAsync(Authorizing orders)
    {
        await orders.Time.WaitForTimersAsync();
        orders.Time.AdvanceToNext();
        await orders.Time.WaitForTimersAsync();
    }

    private static (bool, DecisionReason) Brief(IntentionDecision decision) => (decision.Allowed, decision.Reason);
}
