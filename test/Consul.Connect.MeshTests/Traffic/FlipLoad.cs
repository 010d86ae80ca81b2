using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>From a denial's commit to that of the next allow, as timestamps.</summary>
internal readonly record struct RightInterval(long Denied, long Allowed);

/// <summary>What the load has seen.</summary>
/// <param name="Latest">How long after a denial the last request that was served then began.</param>
/// <param name="Losses">What the caller lost that is never denied.</param>
internal sealed record FlipResult(int Requests, double Rate, int Streams, TimeSpan Latest, IReadOnlyCollection<string> Losses);

/// <summary>Streams and requests of two callers: one that keeps its right and must keep every connection, one whose right flips.</summary>
internal sealed class FlipLoad(int port, MeshCaller steady, MeshCaller flipping, int streams) : IAsyncDisposable
{
    private const int Workers = 10;

    // Requests are never cancelled: what the server was sent it shall see through.
    // Ten workers of each caller at this pace are 200 requests a second.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Request = "GET /whoami HTTP/1.1\r\nHost: mesh\r\n\r\n"u8.ToArray();
    private static readonly byte[] Stream = "GET /events HTTP/1.1\r\nHost: mesh\r\n\r\n"u8.ToArray();

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _losses = new();
    private readonly ConcurrentQueue<(long Began, long Served)> _served = new();
    private readonly List<Task> _running = [];
    private readonly Stopwatch _clock = new();
    private int _requests;
    private int _streams;

    public async Task StartAsync()
    {
        _clock.Start();
        for (var i = 0; i < streams; i++)
        {
            var open = await OpenStreamAsync(steady);
            _running.Add(Task.Run(() => KeepAsync(open)));
            _running.Add(Task.Run(ReopenAsync));
        }

        for (var i = 0; i < Workers; i++)
        {
            var version = i < Workers / 2 ? HttpVersion.Version11 : HttpVersion.Version20;
            _running.Add(Task.Run(() => AskSteadilyAsync(version)));
            _running.Add(Task.Run(() => AskFlippingAsync(version)));
        }
    }

    /// <summary>A connection of the flipping caller that has been served once and then is left alone.</summary>
    public async Task<Stream> OpenIdleAsync()
    {
        var tls = await flipping.OpenTlsAsync(port);
        if (!await IsServedAsync(tls))
            throw new InvalidOperationException("The caller is not let in, although it may be.");
        return tls;
    }

    public static async Task EndsAsync(Stream tls)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            while (await tls.ReadAsync(new byte[256], limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    public static async Task<bool> IsServedAsync(Stream tls)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var (answer, part) = (new StringBuilder(), new byte[1024]);
        try
        {
            await tls.WriteAsync(Request, limit.Token);
            // The body is chunked, and this is its end.
            while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await tls.ReadAsync(part, limit.Token);
                if (count == 0)
                    return false;
                answer.Append(Encoding.ASCII.GetString(part, 0, count));
            }
        }
        catch (IOException)
        {
            return false;
        }

        return answer.ToString().StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }

    public Task ServedAgainAsync() => Eventually.HoldsAsync("the caller is let in again", async ending =>
    {
        await using var tls = await flipping.OpenTlsAsync(port, ending);
        return await IsServedAsync(tls);
    });

    public async Task<FlipResult> StopAsync(IReadOnlyList<RightInterval> denials)
    {
        var took = _clock.Elapsed;
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        var latest = TimeSpan.Zero;
        foreach (var (began, served) in _served)
        {
            foreach (var denial in denials.Where(denial => began >= denial.Denied && served < denial.Allowed))
                latest = Max(latest, Stopwatch.GetElapsedTime(denial.Denied, began));
        }

        return new(_requests, _requests / took.TotalSeconds, _streams, latest, _losses);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private async Task<Stream> OpenStreamAsync(MeshCaller caller)
    {
        var tls = await caller.OpenTlsAsync(port, _stop.Token);
        await tls.WriteAsync(Stream, _stop.Token);
        if (await tls.ReadAsync(new byte[1024], _stop.Token) == 0)
            throw new IOException("The stream did not begin.");
        Interlocked.Increment(ref _streams);
        return tls;
    }

    private async Task KeepAsync(Stream open)
    {
        await using (open)
        {
            try
            {
                while (await open.ReadAsync(new byte[1024], _stop.Token) > 0)
                {
                }

                _losses.Enqueue("a stream was closed");
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception e)
            {
                _losses.Enqueue($"a stream: {e.Message}");
            }
        }
    }

    private async Task ReopenAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            do
            {
                try
                {
                    await using var open = await OpenStreamAsync(flipping);
                    while (await open.ReadAsync(new byte[1024], _stop.Token) > 0)
                    {
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // It is not its turn.
                }
            }
            while (await pace.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task AskSteadilyAsync(Version version) => AskAsync(steady, version, mayReconnect: false, async client =>
    {
        try
        {
            await client.GetStringAsync("/whoami");
        }
        catch (Exception e)
        {
            _losses.Enqueue($"a request over {version}: {e.Message}");
        }
    });

    private Task AskFlippingAsync(Version version) => AskAsync(flipping, version, mayReconnect: true, async client =>
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await client.GetAsync("/whoami");
            if (answer.IsSuccessStatusCode)
                _served.Enqueue((began, long.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture)));
        }
        catch (Exception)
        {
            // It is not its turn.
        }
    });

    private async Task AskAsync(MeshCaller caller, Version version, bool mayReconnect, Func<HttpClient, Task> ask)
    {
        var opened = 0;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                if (Interlocked.Increment(ref opened) > 1 && !mayReconnect)
                    _losses.Enqueue($"a connection of {version}");
                return await caller.OpenTlsAsync(port, cancellationToken);
            },
        })
        {
            BaseAddress = new("http://mesh"),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(10),
        };
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (await pace.WaitForNextTickAsync(_stop.Token))
            {
                await ask(client);
                Interlocked.Increment(ref _requests);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
