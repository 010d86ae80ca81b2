using ConsulConnect.MeshTests.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.MeshTests.Registration;

public sealed class TheAppsHealthChanges
{
    private volatile HealthCheckResult[] _database = [HealthCheckResult.Healthy()];

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task The_catalog_follows_with_the_report(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(
            agent,
            builder => builder.Services.AddHealthChecks()
                .AddCheck("database", () => _database[0], ["ready"])
                .AddCheck("alive", () => HealthCheckResult.Unhealthy("for the watchdog alone"))
                .AddConsulConnect());
        app.Redefine(definition => definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(1) }));
        await agent.HasAsync("orders", "it passes", one => one.Status == "passing");

        foreach (var (now, status, output) in (IEnumerable<(HealthCheckResult, string, string)>)
        [
            (HealthCheckResult.Degraded("slow", new TimeoutException("2 s are over")), "warning", "database: Degraded, slow (TimeoutException: 2 s are over)"),
            (HealthCheckResult.Unhealthy("gone"), "critical", "database: Unhealthy, gone"),
            (HealthCheckResult.Healthy("fine"), "passing", "database: Healthy, fine"),
        ])
        {
            _database = [now];
            // Consul tells its servers of a new output alone only after minutes.
            await agent.HasAsync("orders", $"it is {status}", one => one.Status == status);
            Assert.Equal(output, (await agent.ChecksAsync())["service:orders-1"].Output);
        }
    }
}
