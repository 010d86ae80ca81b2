using System.Net;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.DevAgent.Tests.Catalog;

// Alone, because it measures the memory of the whole process.
[CollectionDefinition(nameof(AThousandReadersThatWait), DisableParallelization = true)]
[Collection(nameof(AThousandReadersThatWait))]
public sealed class AThousandReadersThatWait(ITestOutputHelper output)
{
    private const int Readers = 1_000;
    private const long MostBytesPerReader = 64 << 10;

    [Fact]
    public async Task They_cost_little_and_all_wake()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Readers + 8, UseProxy = false }) { BaseAddress = agent.Address, Timeout = Timeout.InfiniteTimeSpan };
        await RegisterAsync(http, 1);
        using var first = await http.GetAsync("/v1/health/connect/web");
        var index = first.Headers.GetValues("X-Consul-Index").Single();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var waiting = Enumerable.Range(0, Readers).Select(_ => http.GetAsync($"/v1/health/connect/web?index={index}&wait=5m")).ToArray();
        await Eventually.HoldsAsync("all readers wait", _ => Task.FromResult(agent.WaitingCalls == Readers));
        var perReader = (GC.GetTotalMemory(forceFullCollection: true) - before) / Readers;
        output.WriteLine($"{perReader} bytes a reader");
        Assert.True(perReader < MostBytesPerReader, $"A waiting reader, both ends of its connection included, takes {perReader} bytes.");
        Assert.DoesNotContain(waiting, call => call.IsCompleted);

        await RegisterAsync(http, 2);
        foreach (var answer in await Task.WhenAll(waiting))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("\"Port\":2", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Those_that_give_up_leave_nothing_behind()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200, UseProxy = false }) { BaseAddress = agent.Address };
        using var impatient = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 100).Select(number => http.GetAsync($"/v1/health/connect/nobody-{number}?index=9999&wait=5m", impatient.Token)).ToArray();
        await Eventually.HoldsAsync("all readers wait", _ => Task.FromResult(agent.WaitingCalls == waiting.Length));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        await Eventually.HoldsAsync("nobody waits", _ => Task.FromResult(agent.WaitingCalls == 0));
    }

    private static async Task RegisterAsync(HttpClient http, int port) =>
        (await http.PutAsync("/v1/agent/service/register", new StringContent($$"""{"Name":"web","Port":{{port}},"Connect":{"Native":true} }"""))).EnsureSuccessStatusCode();
}
