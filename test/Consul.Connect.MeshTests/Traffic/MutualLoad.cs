using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>
/// Two apps that call each other by name through our own client, half on HTTP/1.1 and half on HTTP/2, 500 requests a second together
/// where the machine gives as much. What fails is kept for the end, where it fails the test.
/// </summary>
internal sealed class MutualLoad : IAsyncDisposable
{
    private const int WorkersOfEach = 10;

    // What a machine that does much else reaches; less would prove nothing.
    private const int LeastPerSecond = 50;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(80);

    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly Direction[] _directions;
    private readonly Task _run;
    private int _requests;

    private MutualLoad(MeshApp one, MeshApp other)
    {
        _directions = [new(one, other.Service.Name), new(other, one.Service.Name)];
        _run = Task.WhenAll(_directions.SelectMany(direction => Enumerable.Range(0, 2 * WorkersOfEach).Select(worker => WorkAsync(direction, worker % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20))));
    }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How many leaves of its caller the one end has seen, and of the other the other; the smaller number.</summary>
    public int LeavesSeen => _directions.Min(direction => direction.Serials.Count);

    /// <summary>An app that says who calls, and with which leaf.</summary>
    public static async Task<MeshApp> ServeAsync(string service, string agent)
    {
        var app = await MeshApp.StartAsync(
            service,
            [new("Consul:Address", agent), new("Consul:Service:Name", service), new("Consul:Service:Address", "127.0.0.1")],
            map: app => app.MapGet("/caller", (ConnectPeer caller) => Results.Text($"{caller.Service} {caller.SerialNumber}")));
        // At the end, when the other one has left the catalog.
        app.Logs.Expect("HasNone");
        await app.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new(agent) };
        await Eventually.HoldsAsync($"{service} is found", async ending => (await http.GetStringAsync($"/v1/health/connect/{service}?passing", ending)).Contains("\"Native\":", StringComparison.Ordinal));
        return app;
    }

    public static async Task<MutualLoad> StartAsync(MeshApp one, MeshApp other)
    {
        var load = new MutualLoad(one, other);
        await Eventually.HoldsAsync("both apps are called", () => load.LeavesSeen > 0);
        return load;
    }

    /// <summary>Completes when so many more requests were answered.</summary>
    public Task FlowAsync(int more)
    {
        var wanted = Requests + more;
        return Eventually.HoldsAsync($"{more} more requests are answered", () => Requests >= wanted);
    }

    /// <summary>Completes when either end has seen so many leaves of the other.</summary>
    public Task ShowAsync(int leaves, TimeSpan? timeout = null) =>
        Eventually.HoldsAsync($"{leaves} leaves of either app are shown", () => LeavesSeen >= leaves, timeout);

    /// <summary>Ends the load; fails on the first request that failed, and when too little flowed to prove anything.</summary>
    /// <returns>What flowed, for the report.</returns>
    public async Task<string> StopAsync()
    {
        var took = _clock.Elapsed;
        await _stop.CancelAsync();
        await _run;
        Assert.True(_failures.IsEmpty, $"{_failures.Count} of {_requests + _failures.Count} failed: {string.Join('\n', _failures.Take(5))}");
        var rate = _requests / took.TotalSeconds;
        Assert.True(rate >= LeastPerSecond, $"Only {rate:0} requests a second.");
        return $"{_requests} requests in {took.TotalSeconds:0.0} s, {rate:0} a second; 0 failed; {LeavesSeen} leaves shown by either app.";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    private async Task WorkAsync(Direction direction, Version version)
    {
        using var http = new HttpClient(direction.Caller.Service.CreateHandler())
        {
            BaseAddress = new($"https://{direction.Called}.service.consul"),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var timer = new PeriodicTimer(Pace);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await AskAsync(http, direction);
        }
        catch (OperationCanceledException)
        {
            // Stopped between two requests.
        }
    }

    private async Task AskAsync(HttpClient http, Direction direction)
    {
        try
        {
            var answer = (await http.GetStringAsync("/caller")).Split(' ');
            if (answer[0] != direction.Caller.Service.Name)
                throw new InvalidOperationException($"the caller was taken for {answer[0]}");
            direction.Serials.TryAdd(answer[1], true);
            Interlocked.Increment(ref _requests);
        }
        catch (Exception e)
        {
            _failures.Enqueue($"{direction.Caller.Service.Name} -> {direction.Called}, after {_clock.Elapsed.TotalSeconds:0.0} s: {e}");
        }
    }

    private sealed record Direction(MeshApp Caller, string Called)
    {
        public ConcurrentDictionary<string, bool> Serials { get; } = [];
    }
}
