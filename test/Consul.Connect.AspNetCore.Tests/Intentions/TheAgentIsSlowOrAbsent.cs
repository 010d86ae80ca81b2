using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class TheAgentIsSlowOrAbsent
{
    public static TheoryData<string> Faults => ["Denied", "Missing", "Transient", "Permanent", "Malformed", "not even an AgentException", "thrown at once"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_call_that_fails_refuses_the_caller_and_says_why(string fault)
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => fault switch
        {
            "not even an AgentException" => Task.FromException<AgentAnswer<AuthorizeVerdict>>(new FormatException("oh dear")),
            "thrown at once" => throw new InvalidOperationException("oh dear"),
            _ => Task.FromException<AgentAnswer<AuthorizeVerdict>>(new AgentException(Enum.Parse<AgentFault>(fault), "oh dear")),
        };

        var decision = await orders.DecideAsync("web");

        Assert.Equal((false, DecisionReason.Unknown), (decision.Allowed, decision.Reason));
        Assert.Contains("oh dear", decision.Explanation);
        Assert.Equal(fault == "Permanent" ? null : "oh dear", orders.Authorizer.LastError);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_takes_more_than_2_s_is_not_waited_for(bool listens)
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, cancellation) => Never(listens ? cancellation : CancellationToken.None);

        var deciding = orders.DecideAsync("web");
        await orders.Time.WaitForTimersAsync();
        orders.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(deciding.IsCompleted);
        orders.Time.Advance(TimeSpan.FromSeconds(0.1));

        var decision = await deciding;
        Assert.Equal((false, DecisionReason.Unknown), (decision.Allowed, decision.Reason));
        Assert.Contains("did not answer within 2 s", decision.Explanation);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_wait_and_takes_nobody_along()
    {
        await using var orders = Authorizing.ByAgent();
        var answer = new TaskCompletionSource<AgentAnswer<AuthorizeVerdict>>();
        orders.Agent.Verdict = (_, _) => answer.Task;
        using var leaving = new CancellationTokenSource();

        var left = orders.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, leaving.Token).AsTask();
        var stays = orders.DecideAsync("web");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        answer.SetResult(PolicyAgent.Says(true, "", TimeSpan.Zero));

        Assert.True((await stays).Allowed);
        Assert.Single(orders.Agent.Asked);
    }

    [Fact]
    public async Task Trouble_and_its_end_are_one_line_each()
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, _) => throw new AgentException(AgentFault.Transient, "connection refused");
        for (var i = 0; i < 5; i++)
            Assert.False((await orders.DecideAsync($"caller-{i}")).Allowed);
        orders.Agent.Verdict = null;
        orders.Agent.DefaultAllows = true;
        for (var i = 5; i < 10; i++)
            Assert.True((await orders.DecideAsync($"caller-{i}")).Allowed);

        Assert.Contains("connection refused", Assert.Single(orders.Logged(304)));
        Assert.Single(orders.Logged(305));
        Assert.Null(orders.Authorizer.LastError);
    }

    [Fact]
    public async Task Stopping_ends_the_calls_under_way()
    {
        var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (_, cancellation) => Never(cancellation);
        var deciding = orders.DecideAsync("web");

        await orders.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False((await deciding).Allowed);
        Assert.Empty(orders.Logged(304));
    }

    [Fact]
    public async Task Intentions_decide_without_a_call_and_at_once()
    {
        await using var orders = Authorizing.ByIntentions(new() { DefaultPolicy = ConnectDefaultPolicy.Deny }, Policy.Allow("web"));
        orders.Authorizer.Start();
        await orders.Agent.Until("match waits");
        orders.Agent.Break(new(AgentFault.Transient, "connection refused"));

        var decision = orders.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None);

        Assert.True(decision.IsCompletedSuccessfully);
        Assert.True((await decision).Allowed);
        Assert.Empty(orders.Agent.Asked);
    }

    private static async Task<AgentAnswer<AuthorizeVerdict>> Never(CancellationToken cancellationToken)
    {
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        throw new InvalidOperationException("unreachable");
    }
}
