using System.Diagnostics;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests.Registration;

/// <summary>However the agent comes to have something else than the app's entry, the entry is back within 2 s, a check of it within 10 s, and nobody sees it critical.</summary>
[Collection(Alone.Name)]
public sealed class TheEntryIsLost(ITestOutputHelper output)
{
    private const string OurCheck = "service:orders-1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    [Trait("Case", "REG-004")]
    public async Task The_agent_is_restarted_without_data(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");
        await using var onlooker = await Onlooker.StartAsync(agent, "orders");

        // From its first answer on, which is long before the kit calls it ready.
        await agent.RestartAsync(async () =>
        {
            await Eventually.ReadsAsync("the agent answers", agent.ChecksAsync, _ => true);
            await BackAsync(agent, async ending => (await agent.ChecksAsync(ending)).TryGetValue(OurCheck, out var check) && check.Status == "passing");
        });
        await agent.HasAsync("orders", "it is back", one => one.Status == "passing" && one.Port == app.Mesh.Port);
        await onlooker.NeverSawAsync("critical");
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task Somebody_deregisters_it(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");
        await using var onlooker = await Onlooker.StartAsync(agent, "orders");

        for (var i = 0; i < 3; i++)
        {
            await agent.PutAsync("/v1/agent/service/deregister/orders-1");
            await BackAsync(agent, async ending => (await agent.ChecksAsync(ending)).TryGetValue(OurCheck, out var check) && check.Status == "passing");
        }

        await agent.HasAsync("orders", "it is back", one => one.Status == "passing" && one.Port == app.Mesh.Port);
        await onlooker.NeverSawAsync("critical");
        Assert.Contains(app.Logs.Entries, entry => entry.Event.Name == "RegisteredAgain" && entry.Message.Contains("the agent no longer knew it", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task Another_definition_replaces_it(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent, null, ("Consul:Service:Tags:0", "v2"));
        app.Logs.Expect("TakenOver");
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");
        await using var onlooker = await Onlooker.StartAsync(agent, "orders");

        foreach (var other in (object[])[new { ID = "orders-1", Name = "orders", Address = "127.0.0.1", app.Mesh.Port, Tags = new[] { "v1" }, Connect = new { Native = true } }, new { ID = "orders-1", Name = "orders", Address = "10.0.0.9", Port = 9 }])
        {
            await agent.PutAsync("/v1/agent/service/register", other);
            await BackAsync(agent, async ending => await agent.InstancesAsync("orders", "connect", ending) is [{ Port: var port, Tags: ["v2"] }] && port == app.Mesh.Port);
        }

        await agent.HasAsync("orders", "it is back", one => one.Status == "passing" && one.Port == app.Mesh.Port && one.Address == "127.0.0.1");
        await onlooker.NeverSawAsync("critical");
        var warning = await app.Logs.WaitForAsync("TakenOver");
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "TakenOver");
        Assert.Contains("10.0.0.9, port 9", warning.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task Somebody_removes_its_check(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        await agent.HasAsync("orders", "it is there", one => one.Status == "passing");
        await using var onlooker = await Onlooker.StartAsync(agent, "orders");

        await agent.PutAsync($"/v1/agent/check/deregister/{OurCheck}");
        // An agent lets nobody wait for a change of a check, so it is looked at every 10 s.
        await BackAsync(agent, async ending => (await agent.ChecksAsync(ending)).TryGetValue(OurCheck, out var check) && check.Status == "passing", TimeSpan.FromSeconds(11));
        await agent.HasAsync("orders", "its check is back", one => one.Checks.Any(check => check.Id == OurCheck));
        await onlooker.NeverSawAsync("critical");
    }

    [SkippableTheory]
    [InlineData(AnyAgent.Real)]
    [InlineData(AnyAgent.Dev)]
    public async Task A_check_that_the_agent_runs_comes_back_as_it_was(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        await using var app = await OrdersApp.StartAsync(agent);
        app.Redefine(definition =>
        {
            definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(30) });
            definition.Checks.Add(new() { Id = "web", Http = $"http://{app.Local}/health", Interval = TimeSpan.FromSeconds(1) });
        });
        await agent.HasAsync("orders", "both checks are there", one => one.Checks.Count == 2);
        await Eventually.ReadsAsync("the agent has looked", agent.ChecksAsync, checks => checks.TryGetValue("web", out var one) && one.Output.Contains("well", StringComparison.Ordinal));
        await using var onlooker = await Onlooker.StartAsync(agent, "orders");

        await agent.RestartAsync();
        await agent.HasAsync("orders", "both checks are back", one => one.Checks.Count == 2 && one.Status == "passing");
        await onlooker.NeverSawAsync("critical");
    }

    private async Task BackAsync(AnyAgent agent, Func<CancellationToken, Task<bool>> isBack, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        await Eventually.HoldsAsync($"it is back at {agent.Address}", isBack, TimeSpan.FromSeconds(30));
        output.WriteLine($"Back after {clock.Elapsed.TotalMilliseconds:0} ms.");
        Assert.True(clock.Elapsed < (within ?? Limit), $"It was back after {clock.Elapsed.TotalSeconds:0.00} s.");
    }
}
