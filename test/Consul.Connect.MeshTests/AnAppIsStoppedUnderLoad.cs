using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>Instances are replaced one after the other, as a deployment does it, while callers call.</summary>
[Collection(Alone.Name)]
public sealed class AnAppIsStoppedUnderLoad(ITestOutputHelper output)
{
    private const string Service = "orders-rolls";
    private const int Signals = 50;
    private const int Lanes = 2;

    [SkippableTheory]
    [InlineData("real")]
    [InlineData("dev")]
    public async Task Fifty_signals_cost_no_request(string kind)
    {
        await using var agent = await AnyAgent.StartAsync(kind);
        var instances = await Task.WhenAll(Enumerable.Range(0, Lanes * 2).Select(_ => StartAsync(agent)));
        await using var worker = await Worker.StartAsync(agent.Address);
        // At the very end.
        worker.Logs.Expect("HasNone");
        await worker.KnowsAsync(Service, instances.Length);
        // A little more than the 300 a second that are to be seen, since a pace loses what comes late.
        await using var load = new NamedLoad(worker.Service, Service, perSecond: 360);
        await load.FlowAsync(300);

        // Each lane rolls its own two, so that half of all is always there.
        var sent = 0;
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            for (var turn = 0; Interlocked.Increment(ref sent) <= Signals; turn++)
            {
                var place = (lane * 2) + (turn % 2);
                await instances[place].StopAsync();
                instances[place] = await StartAsync(agent);
            }
        }));
        await load.FlowAsync(300);

        var rate = load.Rate;
        output.WriteLine($"{Signals} signals, {kind} agent: {await load.StopAsync()}.");
        Assert.True(rate > 150, $"Only {rate:0} requests a second.");
        foreach (var instance in instances)
            await instance.DisposeAsync();
    }

    private static async Task<WebApiProcess> StartAsync(AnyAgent agent)
    {
        var process = WebApiProcess.Start(agent.Address, Service, ("Consul:Service:Address", "127.0.0.1"));
        await process.ReadyAsync();
        await process.Process.WaitForLineAsync(line => line.Contains($"Registered {Service} as", StringComparison.Ordinal));
        return process;
    }
}
