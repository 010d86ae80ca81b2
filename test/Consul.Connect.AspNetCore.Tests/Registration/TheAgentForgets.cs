using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

public sealed class TheAgentForgets
{
    private static void Checks(ConsulServiceOptions definition)
    {
        definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(30), Status = "critical" });
        definition.Checks.Add(new() { Id = "web", Http = "http://10.0.0.7:9090/health", Interval = TimeSpan.FromSeconds(10) });
    }

    [Fact]
    public async Task The_status_of_the_definition_counts_for_the_first_registration_alone()
    {
        await using var app = new RegisteredApp(Checks);
        app.Agent.Hang("update");
        app.Start();
        await app.Agent.SeenAsync("update");
        Assert.Equal(["service:orders-1:1 critical", "web passing"], app.Agent.Checks);

        app.Agent.Forget();
        await app.Agent.SeenAsync("register");
        await app.Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["service:orders-1:1 passing", "web passing"], app.Agent.Checks);
    }

    [Theory]
    [InlineData(CheckStatus.Passing, "passing")]
    [InlineData(CheckStatus.Warning, "warning")]
    [InlineData(CheckStatus.Critical, "critical")]
    internal async Task A_TTL_check_comes_back_as_the_app_is_now(CheckStatus now, string status)
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Health.Report = new(now, "as it is");
        app.Agent.Hang("update");
        app.Agent.Forget();

        await app.Agent.SeenAsync("register");
        await app.Agent.SeenAsync("register");
        await app.Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([$"service:orders-1 {status}"], app.Agent.Checks);
    }

    [Theory]
    [InlineData("warning")]
    [InlineData("critical")]
    public async Task A_check_of_the_agent_comes_back_as_it_was_last(string status)
    {
        await using var app = await new RegisteredApp(Checks).StartedAsync();
        app.Agent.SetStatus("web", status);
        await app.PassAsync(TimeSpan.FromSeconds(11));
        app.Agent.Saw("");
        app.Agent.Forget();

        await app.UntilAsync("register orders-1");
        await app.RestAsync();
        Assert.Contains($"web {status}", app.Agent.Checks);
    }

    [Fact]
    public async Task A_hanging_health_check_does_not_keep_it_out_of_the_catalog()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Health.Hangs = true;
        app.Agent.Saw("");
        app.Agent.Forget();

        await app.UntilAsync(app.Agent.SeenAsync("register orders-1"));
        await app.Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["service:orders-1 passing"], app.Agent.Checks);
    }

    [Fact]
    public async Task A_check_alone_is_noticed_within_10_s()
    {
        await using var app = await new RegisteredApp(Checks).StartedAsync();
        app.Agent.Saw("");
        app.Agent.ForgetCheck("web");

        Assert.InRange(await app.UntilAsync("register orders-1"), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await app.RestAsync();
        Assert.Equal(["service:orders-1:1 passing", "web passing"], app.Agent.Checks);
        await app.Log.HasAsync("501 Information: Registered orders as orders-1 again: the agent no longer knew its check web.");
    }

    [Fact]
    public async Task While_the_app_is_slow_to_say_how_it_is_its_last_word_counts_and_nobody_hears_that_it_hangs()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        var (slow, asked) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), app.Health.Asked);
        app.Health.Slow = slow;
        app.Agent.Saw("");
        app.Agent.Forget();
        await app.UntilAsync(app.Agent.SeenAsync("register"));
        await Eventually.HoldsAsync("it is back", () => app.Agent.Checks is ["service:orders-1 passing"]);
        slow.SetResult();

        Assert.Equal("update service:orders-1 passing", await app.Agent.SeenAsync("update"));
        Assert.Equal(asked + 1, app.Health.Asked);
    }

    [Fact]
    public async Task A_check_again_and_again_is_one_warning()
    {
        await using var app = await new RegisteredApp(definition => definition.Checks.Add(new() { Id = "web", Http = "http://10.0.0.7:9090/", Interval = TimeSpan.FromSeconds(10) })).StartedAsync();
        for (var i = 0; i < 8; i++)
        {
            app.Agent.Saw("");
            app.Agent.ForgetCheck("web");
            await app.UntilAsync("register");
            await app.RestAsync();
        }

        Assert.Single(app.Log.Lines, "515 Warning: The check web of orders-1 is gone again and again, as when another instance on this agent has a check with this id; give each its own, or none.");
    }
}
