using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>
/// Calls a service by its name through our own client at a fixed pace, half on HTTP/1.1 and half on HTTP/2, and every fourth request
/// one that must not be sent twice. What fails is kept for the end, where it fails the test.
/// </summary>
internal sealed class NamedLoad : IAsyncDisposable
{
    private const int Workers = 12;

    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConnectService _caller;
    private readonly string _service;
    private readonly Task _run;
    private int _requests;

    /// <param name="perSecond">How many requests, where the machine gives as much.</param>
    public NamedLoad(ConnectService caller, string service, int perSecond)
    {
        (_caller, _service) = (caller, service);
        _run = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(worker % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20, TimeSpan.FromSeconds((double)Workers / perSecond))));
    }

    public int Requests => Volatile.Read(ref _requests);

    public double Rate => _requests / _clock.Elapsed.TotalSeconds;

    /// <summary>Completes when so many more requests were answered.</summary>
    public Task FlowAsync(int more)
    {
        var wanted = Requests + more;
        return Eventually.HoldsAsync($"{more} more requests are answered", () => Requests >= wanted);
    }

    /// <summary>Ends the load; fails on the first request that failed.</summary>
    /// <returns>What flowed, for the report.</returns>
    public async Task<string> StopAsync()
    {
        var took = _clock.Elapsed;
        await _stop.CancelAsync();
        await _run;
        Assert.True(_failures.IsEmpty, $"{_failures.Count} of {_requests + _failures.Count} failed: {string.Join('\n', _failures.Take(5))}");
        return $"{_requests} requests in {took.TotalSeconds:0.0} s, {_requests / took.TotalSeconds:0} a second; 0 failed";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    private async Task WorkAsync(Version version, TimeSpan pace)
    {
        using var http = new HttpClient(_caller.CreateHandler()) { BaseAddress = new($"https://{_service}.service.consul"), DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var timer = new PeriodicTimer(pace);
        try
        {
            for (var turn = 0; await timer.WaitForNextTickAsync(_stop.Token); turn++)
                await AskAsync(http, version, posts: turn % 4 == 3);
        }
        catch (OperationCanceledException)
        {
            // Stopped between two requests.
        }
    }

    private async Task AskAsync(HttpClient http, Version version, bool posts)
    {
        try
        {
            using var answer = posts
                ? await http.PostAsJsonAsync("/api/orders", new { Item = "tea", Quantity = 1 })
                : await http.GetAsync("/whoami");
            answer.EnsureSuccessStatusCode();
            Interlocked.Increment(ref _requests);
        }
        catch (Exception e)
        {
            _failures.Enqueue($"{(posts ? "POST" : "GET")} over {version}, after {_clock.Elapsed.TotalSeconds:0.0} s: {e}");
        }
    }
}
