using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Intentions;

public class VerdictsAreRemembered
{
    [Fact]
    public async Task For_250_ms_from_when_the_call_began()
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.DefaultAllows = true;
        Assert.True((await orders.DecideAsync("web")).Allowed);

        orders.Agent.DefaultAllows = false;
        orders.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.Single(orders.Agent.Asked);

        orders.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await orders.DecideAsync("web")).Allowed);
        Assert.Equal(2, orders.Agent.Asked.Count);
    }

    [Fact]
    public async Task For_one_identity_only()
    {
        await using var orders = Authorizing.ByAgent();
        orders.Agent.Verdict = (uri, _) => Task.FromResult(PolicyAgent.Says(uri.EndsWith("/web", StringComparison.Ordinal), "", TimeSpan.Zero));

        Assert.True((await orders.DecideAsync("web")).Allowed);
        Assert.False((await orders.DecideAsync("WEB")).Allowed);
        Assert.True((await orders.DecideAsync("web")).Allowed);
    }

    [Fact]
    public async Task And_callers_of_one_identity_share_a_call()
    {
        await using var orders = Authorizing.ByAgent();
        var answer = new TaskCompletionSource<AgentAnswer<AuthorizeVerdict>>();
        orders.Agent.Verdict = (_, _) => answer.Task;

        var decisions = Enumerable.Range(0, 100).Select(_ => Task.Run(() => orders.DecideAsync("web"))).ToArray();
        await orders.Agent.Until("authorize");
        answer.SetResult(PolicyAgent.Says(true, "", TimeSpan.Zero));

        Assert.All(await Task.WhenAll(decisions), decision => Assert.True(decision.Allowed));
        Assert.Single(orders.Agent.Asked);
    }

    [Fact]
    public async Task Within_bounds_that_a_flood_cannot_move()
    {
        var cache = new VerdictCache(new FakeTime(), TimeSpan.FromMilliseconds(250), 64);
        var calls = 0;
        for (var i = 0; i < 1000; i++)
        {
            await Ask($"caller-{i}");
            Assert.InRange(cache.Count, 1, 64);
        }

        await Ask("caller-999");
        Assert.Equal(1000, calls);
        await Ask("caller-0");
        Assert.Equal(1001, calls);

        Task Ask(string caller) => cache.GetAsync(Policy.Caller(caller), _ =>
        {
            calls++;
            return Task.FromResult(new IntentionDecision(true, DecisionReason.Intention, ""));
        });
    }

    [Fact]
    public async Task Also_while_no_call_of_the_flood_is_answered()
    {
        var cache = new VerdictCache(new FakeTime(), TimeSpan.FromMilliseconds(250), 64);
        var answer = new TaskCompletionSource<IntentionDecision>();

        var asking = Enumerable.Range(0, 1000).Select(i => cache.GetAsync(Policy.Caller($"caller-{i}"), _ => answer.Task)).ToArray();
        Assert.Equal(64, cache.Count);
        answer.SetResult(new(true, DecisionReason.Intention, ""));

        Assert.All(await Task.WhenAll(asking), decision => Assert.True(decision.Allowed));
    }

    [Fact]
    public async Task And_the_calls_of_those_that_were_dropped_are_awaited_too()
    {
        var cache = new VerdictCache(new FakeTime(), TimeSpan.FromMilliseconds(250), 1);
        var answers = new Dictionary<string, TaskCompletionSource<IntentionDecision>> { ["web"] = new(), ["api"] = new() };
        foreach (var caller in answers.Keys)
            _ = cache.GetAsync(Policy.Caller(caller), peer => answers[peer.Service].Task);
        var drained = cache.DrainAsync();

        answers["api"].SetResult(default);
        Assert.False(drained.IsCompleted);
        answers["web"].SetResult(default);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task And_forgotten_when_nobody_asks_for_them_any_more()
    {
        var time = new FakeTime();
        var cache = new VerdictCache(time, TimeSpan.FromMilliseconds(250), 64);
        for (var i = 0; i < 50; i++)
            await Ask($"caller-{i}");

        time.Advance(TimeSpan.FromSeconds(1));
        await Ask("web");

        Assert.Equal(1, cache.Count);

        Task Ask(string caller) => cache.GetAsync(Policy.Caller(caller), _ => Task.FromResult(new IntentionDecision(true, DecisionReason.Intention, "")));
    }
}
