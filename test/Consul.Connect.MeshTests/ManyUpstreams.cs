using System.Diagnostics;
using System.Net.Http.Json;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>One app that calls very many services, at an agent with the limits it has by default.</summary>
[Collection(Alone.Name)]
public sealed class ManyUpstreams(ITestOutputHelper output)
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    // The system's list of connections is long on a busy machine, and reading it costs more than what is measured.
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(2);

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(1000)]
    public async Task Are_followed_over_as_many_connections_as_the_app_may_have(int count)
    {
        await using var agent = await ConsulAgent.StartAsync();
        using var peer = new HttpClient { BaseAddress = new(agent.Address) };
        for (var i = 0; i < count; i++)
            await RegisterAsync(peer, i, 20000 + i);
        var sockets = new AgentSockets(new Uri(agent.Address).Port);
        var memory = Heap();
        var before = Usage.Of(agent);

        await using var service = await ConnectService.StartAsync(options =>
        {
            options.Address = agent.Address;
            options.Connect.Service = "web";
        });
        var start = Stopwatch.GetTimestamp();
        var first = Task.WhenAll(Enumerable.Range(0, count).Select(i => PortsAsync(service, i)));
        while (!first.IsCompleted)
            await SampleAsync(sockets, Often, Often);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{20000 + i}"), await first);
        var known = Usage.Of(agent);
        output.WriteLine($"{count} upstreams: all known after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, at {sockets.Peak} connections at most; processor time {known.Since(before)}.");

        await SampleAsync(sockets, Watched, Seldom);
        output.WriteLine($"Followed for {Watched.TotalSeconds:0} s: {sockets.Count()} connections, {sockets.Peak} at most; processor time {Usage.Of(agent).Since(known)}.");
        output.WriteLine($"Memory: {(Heap() - memory) / 1024.0 / 1024.0:0.0} MB of the app's heap, {(Usage.Of(agent).Memory - before.Memory) / 1024.0 / 1024.0:0.0} MB more of the agent's.");

        // One that waits for changes, and one that reads the agent's cache at a pace.
        foreach (var changed in (int[])[0, count - 1])
        {
            await RegisterAsync(peer, changed, 19000 + changed);
            var asked = Stopwatch.GetTimestamp();
            await Eventually.ReadsAsync("the change is seen", _ => PortsAsync(service, changed), ports => ports == $"{19000 + changed}");
            output.WriteLine($"A change of upstream {changed} is seen after {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.0} s.");
        }

        Assert.InRange(sockets.Peak, 1, service.Options.MaxConnections);
        Assert.NotEqual("\"\"", await peer.GetStringAsync("/v1/status/leader"));
    }

    private static string Name(int number) => $"upstream-{number}";

    private static async Task RegisterAsync(HttpClient agent, int number, int port)
    {
        using var answer = await agent.PutAsJsonAsync("/v1/agent/service/register", new { Name = Name(number), Address = "127.0.0.1", Port = port, Connect = new { Native = true } });
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> PortsAsync(ConnectService service, int number) =>
        string.Join(' ', (await service.Resolver.ResolveAsync(ConnectTarget.Service(Name(number)), CancellationToken.None)).Select(instance => instance.Port));

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task SampleAsync(AgentSockets sockets, TimeSpan span, TimeSpan pace)
    {
        var start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(pace);
        do
            sockets.Count();
        while (await timer.WaitForNextTickAsync() && Stopwatch.GetElapsedTime(start) < span);
    }

    private sealed record Usage(TimeSpan App, TimeSpan Agent, long Memory)
    {
        public static Usage Of(ConsulAgent agent)
        {
            using var app = Process.GetCurrentProcess();
            using var process = Process.GetProcessById(agent.ProcessId);
            return new(app.TotalProcessorTime, process.TotalProcessorTime, process.WorkingSet64);
        }

        public string Since(Usage before) => $"{(App - before.App).TotalMilliseconds:0} ms of the app, {(Agent - before.Agent).TotalMilliseconds:0} ms of the agent";
    }
}
