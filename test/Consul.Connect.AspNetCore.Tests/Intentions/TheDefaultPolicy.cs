using System.Net;
using System.Text.RegularExpressions;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public partial class TheDefaultPolicy
{
    private static readonly AgentException Forbidden = new(AgentFault.Denied, "403 Permission denied");

    [Theory]
    [InlineData(ConnectDefaultPolicy.Allow, true)]
    [InlineData(ConnectDefaultPolicy.Deny, false)]
    public async Task What_the_operator_states_holds_and_the_agent_is_not_asked(ConnectDefaultPolicy policy, bool allowed)
    {
        await using var orders = Authorizing.ByIntentions(new() { DefaultPolicy = policy });
        orders.Agent.DefaultAllows = !allowed;
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);

        Assert.Equal((allowed, DecisionReason.DefaultPolicy), await BriefAsync(orders));
        Assert.Equal(allowed ? "allow" : "deny", orders.Authorizer.DefaultPolicy);
        Assert.Equal(0, orders.Agent.Count("authorize"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Case", "L4-001")]
    [Trait("Case", "L4-002")]
    public async Task The_agent_is_asked_about_a_caller_that_no_intention_can_name(bool allowed)
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Deny("*"), Policy.Allow("*", "*"));
        orders.Agent.DefaultAllows = allowed;
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);

        var (target, uri, serial) = orders.Agent.Asked[0];
        Assert.Equal(("orders", "0a:0b"), (target, serial));
        Assert.Matches(Nobody(), uri);
        Assert.Equal((allowed, DecisionReason.DefaultPolicy), Brief(await orders.Authorizer.DecideAsync(Policy.Caller("web", "elsewhere"), ConnectionKind.Http, CancellationToken.None)));
        Assert.False((await orders.DecideAsync("web")).Allowed);
        Assert.Contains("Default behavior configured by ACLs", Assert.Single(orders.Logged(301)));
        Assert.Equal(allowed ? 1 : 0, orders.Logged(306).Length);
    }

    [Fact]
    public async Task An_allow_does_not_reach_callers_of_another_partition()
    {
        await using var orders = Authorizing.ByIntentions(new());
        orders.Agent.DefaultAllows = true;
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);

        Assert.Equal((true, DecisionReason.DefaultPolicy), await BriefAsync(orders));
        Assert.Equal((false, DecisionReason.Unknown), Brief(await orders.Authorizer.DecideAsync(Policy.Caller("web", partition: "far"), ConnectionKind.Http, CancellationToken.None)));
    }

    [Fact]
    public async Task Before_anything_is_known_everyone_is_denied()
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Allow("web"));

        Assert.Equal((false, DecisionReason.Unknown), await BriefAsync(orders));
        Assert.False(orders.Authorizer.IsReady);
        Assert.Equal("unknown", orders.Authorizer.DefaultPolicy);
    }

    [Fact]
    public async Task While_the_agent_has_not_said_only_intentions_decide()
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Allow("web"));
        orders.Agent.Verdict = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation).ContinueWith<AgentAnswer<AuthorizeVerdict>>(_ => throw new OperationCanceledException(cancellation), TaskScheduler.Default);
        orders.Authorizer.Start();
        await orders.Agent.Until("authorize");

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Equal(DecisionReason.Unknown, (await orders.DecideAsync("billing")).Reason);
        Assert.False(orders.Authorizer.IsReady);
    }

    public static TheoryData<string?, bool?, string?, bool> Settings => new()
    {
        { "allow", true, "deny", true }, { "deny", false, "allow", false }, { null, false, "deny", true }, { "", false, "deny", true },
        { null, true, "allow", true }, { null, true, "deny", false }, { null, true, "extend-cache", false }, { null, null, null, false },
        { "ALLOW", false, "allow", false },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Where_an_intention_names_every_namespace_the_agents_settings_say_it(string? intentionPolicy, bool? acls, string? aclPolicy, bool allowed)
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Deny("*/*") with { SourcePartition = "far" });
        orders.Agent.DefaultAllows = !allowed;
        orders.Agent.Self = orders.Agent.Self with { DefaultIntentionPolicy = intentionPolicy, AclsEnabled = acls, AclDefaultPolicy = aclPolicy };
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None);

        Assert.Equal(allowed ? "allow" : "deny", orders.Authorizer.DefaultPolicy);
        Assert.Empty(orders.Agent.Asked);
    }

    [Fact]
    public async Task An_intention_that_begins_to_name_every_namespace_changes_how_it_is_asked()
    {
        await using var orders = await StartedAsync();

        orders.Agent.Set(Policy.Allow("*/*"));
        await orders.Agent.Until("self");
    }

    [Fact]
    public async Task It_is_asked_again_every_60_s_about_another_nobody()
    {
        await using var orders = await StartedAsync();
        var before = orders.Agent.Asked.Count;

        orders.Agent.DefaultAllows = true;
        orders.Time.Advance(TimeSpan.FromSeconds(60));
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        Assert.Equal((true, DecisionReason.DefaultPolicy), await BriefAsync(orders));
        Assert.Equal(before + 1, orders.Agent.Asked.Count);
        Assert.Distinct(orders.Agent.Asked.Select(asked => asked.Uri));
    }

    [Fact]
    public async Task It_is_asked_again_when_the_index_went_back_because_that_is_another_agent()
    {
        await using var orders = await StartedAsync();

        orders.Agent.DefaultAllows = true;
        orders.Agent.RestartWith();
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        Assert.Equal("allow", orders.Authorizer.DefaultPolicy);
    }

    [Fact]
    public async Task It_is_asked_again_when_the_agent_answers_again()
    {
        await using var orders = await StartedAsync();

        orders.Agent.DefaultAllows = true;
        orders.Agent.Break(new(AgentFault.Transient, "connection refused"));
        await orders.Agent.Until("match fails");
        await orders.Time.WaitForTimersAsync(2);
        orders.Agent.MatchFault = null;
        orders.Time.Advance(TimeSpan.FromSeconds(1));
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        Assert.Equal("allow", orders.Authorizer.DefaultPolicy);
    }

    [Fact]
    public async Task A_refused_question_changes_nothing_and_says_why()
    {
        await using var orders = await StartedAsync(allowed: true);

        orders.Agent.Verdict = (_, _) => throw Forbidden;
        orders.Time.Advance(TimeSpan.FromSeconds(60));
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        Assert.Equal((true, DecisionReason.DefaultPolicy), await BriefAsync(orders));
        Assert.Equal("403 Permission denied", orders.Authorizer.LastError);
    }

    public static TheoryData<string> Answers => ["Denied", "Missing", "Permanent", "Malformed", "500"];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Never_told_means_denied_and_what_intentions_allow_is_served(string answer)
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Allow("web"));
        orders.Agent.Verdict = (_, _) => throw Failed(answer);
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Equal(DecisionReason.Unknown, (await orders.DecideAsync("billing")).Reason);
        Assert.Equal("unknown", orders.Authorizer.DefaultPolicy);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Who_asks_the_agent_each_time_is_ready_too_when_it_does_not_tell(string answer)
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => throw Failed(answer);
        orders.Authorizer.Start();
        await orders.Authorizer.WaitReadyAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("unknown", orders.Authorizer.DefaultPolicy);
        Assert.Equal(DecisionReason.Unknown, (await orders.DecideAsync("web")).Reason);
    }

    [Fact]
    public async Task An_agent_that_cannot_be_reached_is_waited_for_and_not_by_whom_an_intention_names()
    {
        await using var orders = Authorizing.ByIntentions(new(), Policy.Allow("web"), Policy.Deny("cron"));
        using var enough = new CancellationTokenSource();
        orders.Agent.Verdict = (_, _) => throw new AgentException(AgentFault.Transient, "connection refused");
        var web = orders.Authorizer.WaitReadyAsync(Policy.Caller("web"), enough.Token);
        var billing = orders.Authorizer.WaitReadyAsync(Policy.Caller("billing"), enough.Token);
        Assert.False(web.IsCompleted);
        orders.Authorizer.Start();
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        await web.WaitAsync(TimeSpan.FromSeconds(30));
        await orders.Authorizer.WaitReadyAsync(Policy.Caller("cron"), enough.Token).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.False(orders.Authorizer.IsReady);
        Assert.False(billing.IsCompleted);

        orders.Agent.Verdict = null;
        orders.Time.Advance(TimeSpan.FromSeconds(2));
        await billing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(orders.Authorizer.IsReady);
    }

    [GeneratedRegex("^spiffe://test\\.consul/ns/[0-9a-f-]{36}/dc/dc1/svc/[0-9a-f-]{36}$")]
    private static partial Regex Nobody();

    // Two timers are the wait on match and the pause of the default policy.
    private static async Task<Authorizing> StartedAsync(bool allowed = false)
    {
        var orders = Authorizing.ByIntentions(new());
        orders.Agent.DefaultAllows = allowed;
        orders.Authorizer.Start();
        await orders.Agent.Until("authorize");
        await orders.Time.WaitForTimersAsync(2);

        // The first answer of each loop counts as a recovery, for which this one may have been asked twice.
        orders.Agent.Forget();
        Assert.Equal(allowed ? "allow" : "deny", orders.Authorizer.DefaultPolicy);
        return orders;
    }

    private static async Task<(bool, DecisionReason)> BriefAsync(Authorizing orders) => Brief(await orders.DecideAsync("web"));

    private static AgentException Failed(string answer) => answer == "500"
        ? AgentErrors.Refused(new(HttpMethod.Post, "/v1/agent/connect/authorize", "http://agent.test"), HttpStatusCode.InternalServerError, "No cluster leader", null)
        : new(Enum.Parse<AgentFault>(answer), "oh dear");

    private static (bool, DecisionReason) Brief(IntentionDecision decision) => (decision.Allowed, decision.Reason);
}
