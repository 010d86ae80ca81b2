using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>
/// Requests on connections that are kept, half of them HTTP/1.1 and half HTTP/2, 200 a second unless told otherwise, and 10 more a
/// second on connections of their own. What fails is kept for the end, where it fails the test.
/// </summary>
internal sealed class MeshLoad : IAsyncDisposable
{
    private static readonly TimeSpan WorkerPace = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan NewcomerPace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<HttpClient> _clients = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, bool> _serials = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Task _run;
    private readonly double _nominal;
    private volatile MeshCaller _newcomer;
    private int _requests;
    private int _connections;

    private MeshLoad(int port, MeshCaller caller, int workersOfEach)
    {
        _newcomer = caller;
        _nominal = (2 * workersOfEach / WorkerPace.TotalSeconds) + (1 / NewcomerPace.TotalSeconds);
        var tasks = new List<Task> { ComeAnewAsync(port) };
        for (var i = 0; i < workersOfEach; i++)
            tasks.Add(WorkAsync(CreateClient(port, caller, HttpVersion.Version11)));
        var shared = CreateClient(port, caller, HttpVersion.Version20);
        for (var i = 0; i < workersOfEach; i++)
            tasks.Add(WorkAsync(shared));
        _run = Task.WhenAll(tasks);
    }

    /// <summary>Whose certificate new connections show from now on.</summary>
    public MeshCaller Newcomer
    {
        get => _newcomer;
        set => _newcomer = value;
    }

    /// <summary>The leaves that new connections were shown.</summary>
    public int LeavesSeen => _serials.Count;

    /// <param name="app">Whom to call.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="workersOfEach">For each version of HTTP so many make 12.5 requests a second.</param>
    public static MeshLoad Start(MeshApp app, MeshCaller caller, int workersOfEach = 8) => new(app.Mesh.Port, caller, workersOfEach);

    /// <summary>Completes when so many more requests were answered.</summary>
    public async Task FlowAsync(int more)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiters.Add((_requests + more, reached));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends the load; fails on the first request that failed, on a kept connection that was lost, and when too little flowed to prove anything.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
        Assert.True(_failures.IsEmpty, $"{_failures.Count} of {_requests + _failures.Count} failed: {string.Join('\n', _failures.Take(5))}");
        Assert.Equal(_clients.Count, _connections);
        Assert.True(_requests >= _nominal / 2 * _clock.Elapsed.TotalSeconds, $"Only {_requests} requests in {_clock.Elapsed.TotalSeconds:0} s.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _clients.ForEach(client => client.Dispose());
    }

    private HttpClient CreateClient(int port, MeshCaller caller, Version version)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                Interlocked.Increment(ref _connections);
                return await caller.OpenTlsAsync(port, cancellationToken);
            },
        })
        {
            BaseAddress = new("http://mesh"),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Patience,
        };
        _clients.Add(client);
        return client;
    }

    private Task WorkAsync(HttpClient client) => RepeatAsync(WorkerPace, async () =>
    {
        await client.GetStringAsync("/whoami");
        Count();
    });

    private Task ComeAnewAsync(int port) => RepeatAsync(NewcomerPace, async () =>
    {
        var call = await Call.MakeAsync(Newcomer, port);
        if (!call.IsServed)
            throw new InvalidOperationException($"a new connection: {call.End}, {call.Text}");
        _serials[call.Server!.SerialNumber] = true;
        Count();
    });

    private async Task RepeatAsync(TimeSpan pace, Func<Task> act)
    {
        using var timer = new PeriodicTimer(pace);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await act();
                }
                catch (Exception e)
                {
                    _failures.Enqueue($"after {_clock.Elapsed.TotalSeconds:0.0} s: {e}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped between two requests.
        }
    }

    private void Count()
    {
        lock (_lock)
        {
            _requests++;
            _waiters.RemoveAll(waiter => waiter.Count <= _requests && waiter.Reached.TrySetResult());
        }
    }
}
