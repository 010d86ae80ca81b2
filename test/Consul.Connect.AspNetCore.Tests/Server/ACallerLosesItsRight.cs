using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;

namespace ConsulConnect.Tests.Server;

/// <summary>An intention turns while connections are open, of every sort.</summary>
public sealed class ACallerLosesItsRight : IAsyncLifetime
{
    private const string Closed = "consul.connect.connections.closed";

    private RevokingApp _app = null!;

    public async Task InitializeAsync() => _app = await RevokingApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    [Trait("Case", "L4-018")]
    public async Task A_kept_connection_that_is_idle_ends_and_no_request_on_it_is_served()
    {
        await using var tls = await _app.OpenAsync();
        await tls.SendAsync("GET", "/whoami");
        await tls.ReadUntilAsync("web");

        _app.Allow("billing");

        await tls.EndsAsync();
        await _app.Metrics.WaitForAsync(Closed, ("consul.connect.reason", "intention"));
        await _app.Metrics.WaitForAsync(_ => _app.Metrics.Sum("consul.connect.connections", ("consul.connect.direction", "in")) == 0);
        var line = await _app.App.Logs.WaitForAsync("ConnectionsClosed");
        Assert.Contains("intention 1", line.Message, StringComparison.Ordinal);
        Assert.Contains("/svc/web", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "L4-019")]
    public async Task Of_an_http2_connection_what_runs_may_finish_and_nothing_new_begins()
    {
        await using var slow = await RevokingApp.StartAsync(grace: TimeSpan.FromSeconds(30));
        await using var h2 = new RawHttp2(await slow.OpenAsync());
        await h2.StartAsync();
        var streams = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            streams.Add(await h2.RequestAsync("GET", "/hold"));
            await slow.Until("/hold begins");
        }

        slow.Allow("billing");

        Assert.NotNull(await h2.NextAsync(RawHttp2.GoAway));
        slow.Release();
        foreach (var _ in streams)
            Assert.Contains((await h2.NextAsync(RawHttp2.Headers, RawHttp2.ResetStream))!.Value, streams.Select(stream => (RawHttp2.Headers, stream)));
        // The last stream has ended, and the connection with it, long before its grace has.
        await EndsAsync(h2);
    }

    [Fact]
    [Trait("Case", "L4-019")]
    public async Task Of_an_http2_connection_what_does_not_finish_is_ended_by_the_grace()
    {
        await using var h2 = new RawHttp2(await _app.OpenAsync());
        await h2.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await h2.RequestAsync("GET", "/hold");
            await _app.Until("/hold begins");
        }

        _app.Allow("billing");

        await EndsAsync(h2);
        for (var i = 0; i < 10; i++)
            await _app.Until("/hold is aborted");
    }

    [Fact]
    [Trait("Case", "L4-020")]
    public async Task A_web_socket_is_aborted()
    {
        await using var tls = await _app.OpenAsync();
        await tls.SendAsync("GET", "/socket", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        await tls.ReadUntilAsync("hello");

        _app.Allow("billing");

        await tls.EndsAsync();
        await _app.Until("/socket is aborted");
    }

    [Fact]
    public async Task Server_sent_events_stop()
    {
        await using var tls = await _app.OpenAsync();
        await tls.SendAsync("GET", "/events");
        await tls.ReadUntilAsync("data: tick");

        _app.Allow("billing");

        await tls.EndsAsync();
        await _app.Until("/events is aborted");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Case", "L4-021")]
    public async Task A_grpc_stream_is_aborted_whether_the_caller_still_sends_or_not(bool ends)
    {
        await using var h2 = new RawHttp2(await _app.OpenAsync());
        await h2.StartAsync();
        var stream = await h2.RequestAsync("POST", "/grpc.Ticker/Watch", ends, ("content-type", "application/grpc"), ("te", "trailers"));
        if (!ends)
            await h2.SendAsync(stream, [0, 0, 0, 0, 0]);
        Assert.Equal((RawHttp2.Data, stream), await h2.NextAsync(RawHttp2.Data));

        _app.Allow("billing");

        await EndsAsync(h2);
        await _app.Until("/grpc.Ticker/Watch is aborted");
    }

    [Fact]
    [Trait("Case", "L4-022")]
    public async Task A_long_upload_is_aborted_and_the_app_sees_it()
    {
        await using var tls = await _app.OpenAsync();
        await tls.SendAsync("POST", "/upload", "Content-Length: 600000000\r\n");
        await tls.WriteAsync(new byte[1000]);
        await _app.Until("/upload begins");

        _app.Allow("billing");

        await tls.EndsAsync();
        await _app.Until("/upload is aborted");
    }

    [Fact]
    public async Task A_raw_connection_is_ended_by_the_grace()
    {
        await using var raw = await RevokingApp.StartAsync((app, builder) => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
            listener.UseConsulConnect(c => c.Raw = true).Run(async connection =>
            {
                await connection.Transport.Output.WriteAsync("hello"u8.ToArray());
                try
                {
                    while (!(await connection.Transport.Input.ReadAsync()).IsCompleted)
                    {
                    }
                }
                finally
                {
                    app.Tell("raw is over");
                }
            }))));
        await using var tls = await raw.OpenAsync();
        await tls.ReadUntilAsync("hello");

        raw.Allow("billing");

        await tls.EndsAsync();
        await raw.Until("raw is over");
    }

    [Fact]
    public async Task A_stream_of_the_apps_own_is_closed_on_both_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var calling = _app.Caller().OpenTlsAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var ours = await _app.App.Service.AuthenticateAsServerAsync(accepted.GetStream());
        await using var tls = await calling;
        await ours.Stream.WriteAsync("hello"u8.ToArray());
        await tls.ReadUntilAsync("hello");
        var reading = ours.Stream.ReadAsync(new byte[1]).AsTask();

        _app.Allow("billing");

        await tls.EndsAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, _app.App.Service.Connections.Count);
    }

    [Fact]
    public async Task A_stream_that_the_app_has_closed_is_not_kept()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var calling = _app.Caller().OpenTlsAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var accepted = await listener.AcceptTcpClientAsync();
        var ours = await _app.App.Service.AuthenticateAsServerAsync(accepted.GetStream());
        await using var tls = await calling;
        Assert.Equal(1, _app.App.Service.Connections.Count);

        // Without a word to what holds it.
        await ours.Stream.DisposeAsync();

        await _app.Metrics.WaitForAsync(_ => _app.Metrics.Sum("consul.connect.connections") == 0);
        Assert.Equal(0, _app.App.Service.Connections.Count);
    }

    [Fact]
    [Trait("Case", "L4-025")]
    public async Task Others_lose_nothing_not_even_a_connection()
    {
        var others = _app.Caller("billing");
        await using var idle = await others.OpenTlsAsync(_app.Port);
        await using var streaming = await others.OpenTlsAsync(_app.Port);
        await idle.SendAsync("GET", "/whoami");
        await idle.ReadUntilAsync("billing");
        await streaming.SendAsync("GET", "/events");
        await streaming.ReadUntilAsync("data: tick");
        for (var flip = 0; flip < 5; flip++)
        {
            await using var lost = await _app.OpenAsync();
            await lost.SendAsync("GET", "/events");
            await lost.ReadUntilAsync("data: tick");

            _app.Allow("billing", $"nobody-{flip}");

            await lost.EndsAsync();
            await idle.SendAsync("GET", "/whoami");
            await idle.ReadUntilAsync("billing");
            await streaming.ReadUntilAsync("data: tick");
            _app.Allow("web", "billing");
            await Eventually.HoldsAsync("web is let in again", async _ =>
            {
                await using var again = await _app.OpenAsync();
                await again.SendAsync("GET", "/whoami");
                return (await again.ReadUntilAsync("web")).Length > 0;
            });
        }

        Assert.All(_app.App.Logs.Entries.Where(entry => entry.Event.Name == "ConnectionsClosed"), line => Assert.DoesNotContain("billing", line.Message, StringComparison.Ordinal));
    }

    private static async Task EndsAsync(RawHttp2 h2)
    {
        while (await h2.NextAsync(RawHttp2.Data, RawHttp2.ResetStream, RawHttp2.GoAway) is not null)
        {
        }
    }
}
