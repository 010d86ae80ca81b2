using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

public sealed class TheHeartbeat
{
    private static void Ttls(ConsulServiceOptions definition, params int[] seconds)
    {
        foreach (var ttl in seconds)
            definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(ttl) });
    }

    [Fact]
    public async Task Comes_at_once_after_the_registration_and_then_at_a_third_of_the_TTL()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        await app.Agent.SeenAsync("update service:orders-1 passing");
        Assert.Equal("all is well", app.Agent.Outputs["service:orders-1"]);

        Assert.Equal(TimeSpan.FromSeconds(10), await app.UntilAsync("update"));
        Assert.Equal(TimeSpan.FromSeconds(10), await app.UntilAsync("update"));
    }

    [Fact]
    public async Task Comes_at_once_after_every_other_registration_too()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Saw("");
        var before = app.Time.GetUtcNow();
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("v2")));

        await app.Agent.SeenAsync("register");
        await app.Agent.SeenAsync("update service:orders-1 passing");
        Assert.Equal(before, app.Time.GetUtcNow());
    }

    [Fact]
    public async Task Follows_the_apps_health()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Health.Report = new(CheckStatus.Warning, "cache: Degraded");
        await app.PassAsync(TimeSpan.FromSeconds(10));
        await app.Agent.SeenAsync("update service:orders-1 warning");
        await app.RestAsync();
        Assert.Equal("cache: Degraded", app.Agent.Outputs["service:orders-1"]);

        app.Health.Report = new(CheckStatus.Critical, "db: Unhealthy");
        await app.PassAsync(TimeSpan.FromSeconds(10));
        await app.Agent.SeenAsync("update service:orders-1 critical");
        Assert.True(app.Registrar.IsRegistered);
    }

    [Fact]
    public async Task Serves_every_TTL_check_at_the_pace_of_the_shortest()
    {
        await using var app = await new RegisteredApp(definition => Ttls(definition, 60, 15)).StartedAsync();
        app.Agent.Saw("");

        Assert.Equal(TimeSpan.FromSeconds(5), await app.UntilAsync("update service:orders-1:1"));
        await app.Agent.SeenAsync("update service:orders-1:2");
    }

    [Fact]
    public async Task Does_not_come_where_there_is_no_TTL_check()
    {
        await using var app = await new RegisteredApp(definition => definition.Checks.Add(new() { Http = "http://10.0.0.7:9090/health", Interval = TimeSpan.FromSeconds(10) })).StartedAsync();
        await app.PassAsync(TimeSpan.FromMinutes(30));

        Assert.False(app.Agent.Saw("update"));
    }

    [Fact]
    public async Task Does_not_come_while_the_app_is_not_registered()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Denied, "403 Permission denied") : null);
        app.Agent.Forget();
        await app.Agent.SeenAsync("register");
        await app.Agent.SeenAsync("register");
        app.Agent.Saw("");
        for (var i = 0; i < 5; i++)
        {
            // The pause of the registration, and what looks now and then.
            await app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
            app.Time.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal("register orders-1", await app.Agent.SeenAsync("register"));
        }

        Assert.False(app.Registrar.IsRegistered);
        Assert.False(app.Agent.Saw("update"));
    }

    [Fact]
    public async Task Registers_again_at_once_when_the_agent_no_longer_knows_the_check()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Hang("checks");
        app.Time.Advance(TimeSpan.FromSeconds(10));
        await app.Agent.SeenAsync("checks");
        app.Agent.ForgetCheck("service:orders-1");
        app.Time.Advance(TimeSpan.FromSeconds(10));

        await app.Agent.SeenAsync("update service:orders-1");
        await app.Agent.SeenAsync("register orders-1");
        await app.Registrar.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        await app.Log.HasAsync("501 Information: Registered orders as orders-1 again: the agent no longer knew its check service:orders-1.");
    }

    [Fact]
    public async Task Is_tried_again_soon_when_it_fails()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Saw("");
        app.Agent.Fail(call => call.StartsWith("update", StringComparison.Ordinal) ? new(AgentFault.Transient, "connection refused") : null);
        await app.UntilAsync("update");
        for (var i = 0; i < 10; i++)
            Assert.InRange(await app.UntilAsync("update"), TimeSpan.Zero, TimeSpan.FromSeconds(2));

        Assert.True(app.Registrar.IsRegistered);
        Assert.Equal("connection refused", app.Registrar.LastError);
        // What the app said a moment ago is sent again; its checks may be dear.
        Assert.InRange(app.Health.Asked, 2, 5);
        app.Agent.Fail(null);
        await app.UntilAsync("update");
        await app.RestAsync();
        Assert.Null(app.Registrar.LastError);
    }

    [Fact]
    public async Task Is_tried_again_at_once_when_another_loop_finds_the_agent_well()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("update", StringComparison.Ordinal) ? new(AgentFault.Transient, "connection refused") : null);
        for (var i = 0; i < 8; i++)
            await app.UntilAsync("update");
        await app.Time.WaitForTimersAsync(RegisteredApp.TimersAtRest);
        app.Agent.Fail(null);
        var before = app.Time.GetUtcNow();
        app.Link.Succeeded(this, recovered: true);

        await app.Agent.SeenAsync("update");
        Assert.Equal(before, app.Time.GetUtcNow());
    }

    [Fact]
    public async Task Is_critical_in_time_when_the_apps_health_hangs()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Health.Hangs = true;
        app.Agent.Saw("");

        Assert.InRange(await app.UntilAsync("update service:orders-1 critical"), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        Assert.InRange(await app.UntilAsync("update service:orders-1 critical"), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11));
        app.Health.Hangs = false;
        await app.UntilAsync("update service:orders-1 passing");
    }

    [Fact]
    public async Task Is_critical_when_the_apps_health_cannot_be_told()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Health.Throws = new InvalidOperationException("no database is configured");
        await app.PassAsync(TimeSpan.FromSeconds(10));
        await app.Agent.SeenAsync("update service:orders-1 critical");
        await app.RestAsync();

        Assert.Equal("The app's health cannot be told: InvalidOperationException: no database is configured", app.Agent.Outputs["service:orders-1"]);
        app.Health.Throws = null;
        await app.UntilAsync("update service:orders-1 passing");
    }
}
