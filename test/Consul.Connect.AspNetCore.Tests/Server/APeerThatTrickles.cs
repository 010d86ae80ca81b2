using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Hosting;

namespace ConsulConnect.Tests.Server;

/// <summary>A caller that passes TLS and then sends one to three bytes, which could still become either HTTP version.</summary>
public sealed class APeerThatTrickles : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData("P")]
    [InlineData("PR")]
    [InlineData("PRI")]
    public async Task Is_waited_for_without_reading_the_same_bytes_again(string bytes)
    {
        var pipe = new Pipe();
        var input = new Counted(pipe.Reader);
        await pipe.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(bytes));

        var telling = HttpPreface.ReadAsync(input, CancellationToken.None).AsTask();

        // One read found the bytes, the other waits for more; a loop that spins never gets here.
        Assert.Equal((2, false), (input.Reads, telling.IsCompleted));
        await pipe.Writer.CompleteAsync();
        Assert.Null(await telling);
    }

    [Fact]
    public async Task Does_not_hold_up_a_graceful_stop()
    {
        await using var app = await (await MeshApp.StartAsync("orders", _identity.Settings)).ReadyAsync();
        await using var tls = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);
        await tls.WriteAsync("PR"u8.ToArray());
        // An answered request on a second connection proves that the first one's bytes were not enough to decide.
        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        await client.GetStringAsync("/whoami");

        var stopwatch = Stopwatch.StartNew();
        await app.StopAsync();

        Assert.True(stopwatch.Elapsed < TimeSpan.FromSeconds(5), $"The stop took {stopwatch.Elapsed}.");
    }

    [Fact]
    public async Task Is_closed_when_the_time_for_request_headers_is_over()
    {
        await using var app = await (await MeshApp.StartAsync("orders", _identity.Settings, builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(300)))).ReadyAsync();
        await using var tls = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);
        await tls.WriteAsync("PRI"u8.ToArray());

        Assert.True(await ReadsNothingForAsync(tls, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Is_served_where_request_headers_may_take_for_ever()
    {
        await using var app = await (await MeshApp.StartAsync("orders", _identity.Settings, builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = Timeout.InfiniteTimeSpan))).ReadyAsync();
        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);

        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"));
    }

    [Theory]
    [InlineData("GET /whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("PUT /whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    public async Task Is_served_when_the_rest_comes_byte_by_byte(string request)
    {
        await using var app = await (await MeshApp.StartAsync("orders", _identity.Settings)).ReadyAsync();
        await using var tls = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);
        foreach (var one in System.Text.Encoding.ASCII.GetBytes(request))
            await tls.WriteAsync(new[] { one });

        using var reader = new StreamReader(tls);
        Assert.StartsWith("HTTP/1.1 ", await reader.ReadLineAsync());
    }

    private static async Task<bool> ReadsNothingForAsync(Stream stream, TimeSpan time)
    {
        using var timeout = new CancellationTokenSource(time);
        try
        {
            return await stream.ReadAsync(new byte[1], timeout.Token) == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException e) when (e.InnerException is SocketException or null)
        {
            return true;
        }
    }

    /// <summary>Ends a spinning reader after a hundred reads.</summary>
    private sealed class Counted(PipeReader inner) : PipeReader
    {
        public int Reads { get; private set; }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            ++Reads > 100 ? throw new InvalidOperationException("It reads the same bytes again and again.") : inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
