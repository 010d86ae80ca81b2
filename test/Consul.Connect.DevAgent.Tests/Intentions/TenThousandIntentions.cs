using System.Diagnostics;
using ConsulConnect.DevAgent.Tests.Catalog;
using ConsulConnect.DevAgent.Tests.Contract;
using Xunit.Abstractions;

namespace ConsulConnect.DevAgent.Tests.Intentions;

// Alone, because it measures the memory of the whole process.
[Collection(nameof(AThousandReadersThatWait))]
public sealed class TenThousandIntentions(ITestOutputHelper output)
{
    private const int Count = 10_000;

    // Generous, since the machine may be busy; a design that walks or copies everything per call misses them by far.
    private static readonly TimeSpan AllWrites = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public async Task They_fit_into_little_memory_and_every_call_stays_fast(int destinations)
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Count; i++)
            agent.Dev!.Allow($"source-{i}", $"destination-{i % destinations}");
        var writes = Stopwatch.GetElapsedTime(started);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;

        var list = await agent.GetAsync("/v1/connect/intentions");
        Assert.Equal(Count, list.Json!.AsArray().Count);
        var match = await agent.GetAsync("/v1/connect/intentions/match?by=destination&name=destination-7");
        Assert.Equal(Count / destinations, match.Json!["destination-7"]!.AsArray().Count);
        var bySource = await agent.GetAsync("/v1/connect/intentions/match?by=source&name=source-9");
        var write = await agent.PutAsync("/v1/connect/intentions/exact?source=new&destination=destination-7", """{"Action":"deny"}""");

        output.WriteLine($"{destinations} destinations: written in {writes.TotalMilliseconds:F0} ms, {memory >> 10} KiB; list {list.Elapsed.TotalMilliseconds:F0} ms, match {match.Elapsed.TotalMilliseconds:F1} ms, by source {bySource.Elapsed.TotalMilliseconds:F1} ms, write {write.Elapsed.TotalMilliseconds:F1} ms");
        Assert.True(memory < 64 << 20, $"{memory >> 20} MiB.");
        Assert.True(writes < AllWrites, $"The writes took {writes}.");
        foreach (var answer in new[] { list, match, bySource, write })
            Assert.True(answer.Elapsed < OneCall, $"A call took {answer.Elapsed}.");
    }
}
