using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.MeshTests;

/// <summary>What the catalog says before, during and after each step of an app's life.</summary>
public sealed class TheLifeOfAnEntry
{
    private const string Service = "lives";

    private HealthStatus _health = HealthStatus.Healthy;

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task It_is_there_exactly_while_the_app_serves_and_as_well_as_the_app(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        Assert.Null(await agent.StatusAsync(Service));

        await using var app = await StartAsync(agent, ("Consul:Registration:PropagationDelay", "8s"));
        await agent.IsAsync(Service, "passing");
        Assert.True(app.Service.IsReady);

        _health = HealthStatus.Degraded;
        await agent.IsAsync(Service, "warning");
        _health = HealthStatus.Unhealthy;
        await agent.IsAsync(Service, "critical");
        _health = HealthStatus.Healthy;
        await agent.IsAsync(Service, "passing");

        var stop = app.StopAsync();
        await agent.IsAsync(Service, null);
        Assert.False(stop.IsCompleted, "It must go on serving while callers hear of it.");
        await stop;
        Assert.Null(await agent.StatusAsync(Service));
    }

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task It_is_never_critical_on_its_way_in(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        using var enough = new CancellationTokenSource();
        var seen = ObserveAsync(agent, enough.Token);

        await using var app = await StartAsync(agent);
        await agent.IsAsync(Service, "passing");
        await enough.CancelAsync();

        Assert.Equal([null, "passing"], await seen);
    }

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task An_app_that_starts_unwell_is_not_passing_for_a_moment(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        using var enough = new CancellationTokenSource();
        var seen = ObserveAsync(agent, enough.Token);

        _health = HealthStatus.Unhealthy;
        await using var app = await StartAsync(agent);
        await agent.IsAsync(Service, "critical");
        _health = HealthStatus.Healthy;
        await agent.IsAsync(Service, "passing");
        await enough.CancelAsync();

        Assert.Equal([null, "critical", "passing"], await seen);
    }

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task In_maintenance_instead_it_stays_critical_until_the_next_start(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using (var first = await StartAsync(agent, ("Consul:Registration:OnShutdown", "Maintenance")))
        {
            await agent.IsAsync(Service, "passing");
            await first.StopAsync();
        }

        Assert.Equal("critical", await agent.StatusAsync(Service));
        await using var second = await StartAsync(agent, ("Consul:Registration:OnShutdown", "Maintenance"));
        // The other start was at another port.
        second.Logs.Expect("TakenOver");
        await agent.IsAsync(Service, "passing");
    }

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task An_operators_maintenance_outlives_the_app(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using (var first = await StartAsync(agent, ("Consul:Registration:OnShutdown", "Maintenance")))
        {
            await agent.IsAsync(Service, "passing");
            await agent.Http.PutAsync("/v1/agent/service/maintenance/lives-1?enable=true&reason=by%20hand", null);
            await agent.IsAsync(Service, "critical");
            await first.StopAsync();
        }

        await using var second = await StartAsync(agent, ("Consul:Registration:OnShutdown", "Maintenance"));
        second.Logs.Expect("TakenOver");
        await Eventually.HoldsAsync("the new port is in the catalog", async ending => (await PortAsync(agent, ending)) == second.Mesh.Port);
        await Eventually.HoldsAsync("its own check passes", async ending => (await agent.Http.GetStringAsync("/v1/health/checks/lives", ending)).Contains("\"passing\"", StringComparison.Ordinal));

        Assert.Equal("critical", await agent.StatusAsync(Service));
        Assert.Contains("by hand", await agent.Http.GetStringAsync("/v1/agent/checks"), StringComparison.Ordinal);
    }

    private static async Task<int> PortAsync(AnyAgent agent, CancellationToken ending) =>
        JsonNode.Parse(await agent.Http.GetStringAsync($"/v1/health/connect/{Service}", ending))![0]!["Service"]!["Port"]!.GetValue<int>();

    /// <summary>Every state that callers could see, in turn, as close as the agent can be asked.</summary>
    private static async Task<List<string?>> ObserveAsync(AnyAgent agent, CancellationToken enough)
    {
        var seen = new List<string?>();
        while (!enough.IsCancellationRequested)
        {
            var now = await agent.StatusAsync(Service, CancellationToken.None);
            if (seen.Count == 0 || seen[^1] != now)
                seen.Add(now);
        }

        return seen;
    }

    private async Task<MeshApp> StartAsync(AnyAgent agent, params (string Key, string Value)[] settings)
    {
        var app = await MeshApp.StartAsync(
            Service,
            [new("Consul:Address", agent.Address), new("Consul:Service:Name", Service), new("Consul:Service:Id", "lives-1"), new("Consul:Service:Checks:0:Ttl", "6s"), .. settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))],
            builder => builder.Services.AddHealthChecks()
                .AddCheck("database", () => new(_health, "as the test says"), tags: ["ready"])
                .AddCheck("cinema", () => HealthCheckResult.Unhealthy("nobody asks for this one"))
                .AddConsulConnect(tags: ["ready"]));
        app.Logs.Expect("HealthCheckEnd");
        return app;
    }
}
