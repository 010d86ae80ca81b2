using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

public sealed class TheTokenEnds
{
    [Fact]
    public async Task Its_life_is_asked_for_at_the_start_every_few_minutes_and_after_a_change()
    {
        await using var app = new RegisteredApp();
        var life = new TokenLife(app.Time.GetUtcNow(), app.Time.GetUtcNow().AddHours(1));
        app.Agent.Token = life;
        await app.StartedAsync();
        await app.Agent.SeenAsync("token");
        Assert.Equal(life, app.Registrar.Token);

        Assert.InRange(await app.UntilAsync("token"), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6));
        var before = app.Time.GetUtcNow();
        app.Agent.Token = life with { Expires = null };
        app.Agent.ChangeToken();
        await app.Agent.SeenAsync("token");
        await app.RestAsync();
        Assert.Equal(before, app.Time.GetUtcNow());
        Assert.Null(app.Registrar.Token!.Expires);
    }

    [Fact]
    public async Task An_agent_that_does_not_tell_is_met_with_silence()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        await app.UntilAsync("token");
        app.Agent.Fail(call => call == "token" ? new(AgentFault.Denied, "403 Permission denied") : null);
        await app.UntilAsync("token");
        await app.RestAsync();

        Assert.Null(app.Registrar.Token);
        Assert.Null(app.Registrar.LastError);
        Assert.Single(app.Log.Lines);
    }
}
