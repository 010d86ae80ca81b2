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
        await DieAsync(agent, _ => Task.CompletedTask);
    }

    [SkippableFact]
    [Trait("Case", "REG-004")]
    public async Task With_what_was_registered_forgotten_no_request_is_lost_and_every_service_is_back()
    {
        await using var server = await ConsulAgent.StartAsync();
        await using var agent = await ConsulAgent.StartAsync(o => (o.IsServer, o.Join) = (false, server));
        await DieAsync(agent, async death =>
        {
            agent.ForgetServices();
            // The servers notice only now and then, which takes seconds; then they call the node dead, and its instances with it.
            if (death % 4 == 1)
                await Eventually.HoldsAsync("the node counts as dead", async ending => (await server.Http.GetStringAsync("/v1/health/connect/dies-here", ending)).Contains("\"critical\"", StringComparison.Ordinal));
        });
    }

    private async Task DieAsync(ConsulAgent agent, Func<int, Task> whileDead)
    {
        await using var one = await MutualLoad.ServeAsync("dies-here", agent.Address);
        await using var other = await MutualLoad.ServeAsync("dies-there", agent.Address);
        foreach (var app in new[] { one, other })
            app.Logs.Expect("AgentUnreachable").Expect("it lists no roots").Expect("PairWaits");
        await using var load = await MutualLoad.StartAsync(one, other);
        await load.FlowAsync(200);

        for (var death = 0; death < Deaths; death++)
        {
            await agent.KillAsync();
            await whileDead(death);
            await load.FlowAsync(100);
            var back = Task.WhenAll(agent.ListsAsync("dies-here"), agent.ListsAsync("dies-there"));
            await agent.StartAgainAsync();
            await back;
            await load.FlowAsync(100);
        }

        output.WriteLine(await load.StopAsync());
    }
}
