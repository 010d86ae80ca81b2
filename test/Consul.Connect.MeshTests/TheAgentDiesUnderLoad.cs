using ConsulConnect.DevAgent;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>Two apps that call each other, and the agent of both is killed ten times.</summary>
public sealed class TheAgentDiesUnderLoad(ITestOutputHelper output)
{
    private const int Deaths = 10;

    [SkippableFact]
    public async Task With_what_was_registered_kept_no_request_is_lost_and_every_service_is_back()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.KeepsState = true);
        await DieAsync(agent.Address, async (_, away) =>
        {
            await agent.KillAsync();
            await away();
            await agent.StartAgainAsync();
        });
    }

    [SkippableFact]
    [Trait("Case", "REG-004")]
    public async Task With_what_was_registered_forgotten_no_request_is_lost_and_every_service_is_back()
    {
        await using var server = await ConsulAgent.StartAsync();
        await using var agent = await ConsulAgent.StartAsync(o => (o.IsServer, o.Join) = (false, server));
        await DieAsync(agent.Address, async (death, away) =>
        {
            await agent.KillAsync();
            agent.ForgetServices();
            // The servers notice only now and then, which takes seconds; then they call the node dead, and its instances with it.
            if (death % 4 == 1)
                await Eventually.HoldsAsync("the node counts as dead", async ending => (await server.Http.GetStringAsync("/v1/health/connect/dies-here", ending)).Contains("\"critical\"", StringComparison.Ordinal));
            await away();
            await agent.StartAgainAsync();
        });
    }

    /// <summary>Our own: in an agent that dies here the mesh goes on, as it does when real ones have servers.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_the_dev_agent_no_request_is_lost_either_and_every_service_is_back(bool forgets)
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await DieAsync(agent.Address.ToString().TrimEnd('/'), (_, away) => agent.RestartAsync(forgets, away));
    }

    /// <param name="agent">The address.</param>
    /// <param name="die">Kills it, awaits what is given while it is away, and lets it come back.</param>
    private async Task DieAsync(string agent, Func<int, Func<Task>, Task> die)
    {
        using var catalog = new HttpClient { BaseAddress = new(agent) };
        await using var one = await MutualLoad.ServeAsync("dies-here", agent);
        await using var other = await MutualLoad.ServeAsync("dies-there", agent);
        foreach (var app in new[] { one, other })
            app.Logs.Expect("AgentUnreachable").Expect("it lists no roots").Expect("PairWaits");
        await using var load = await MutualLoad.StartAsync(one, other);
        await load.FlowAsync(200);

        for (var death = 0; death < Deaths; death++)
        {
            var back = Task.CompletedTask;
            await die(death, async () =>
            {
                await load.FlowAsync(100);
                back = Task.WhenAll(catalog.ListsAsync("dies-here"), catalog.ListsAsync("dies-there"));
            });
            await back;
            await load.FlowAsync(100);
        }

        output.WriteLine(await load.StopAsync());
    }
}
