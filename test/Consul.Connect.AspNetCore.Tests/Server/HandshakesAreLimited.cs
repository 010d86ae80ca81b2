using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

public sealed class HandshakesAreLimited : IDisposable
{
    private readonly IdentityFiles _identity = new("limited");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Silent_connections_make_room_for_callers()
    {
        using var metrics = new MetricsRecorder("limited");
        await using var app = await StartAsync(("Consul:Connect:MaxConcurrentHandshakes", "2"), ("Consul:Connect:HandshakeTimeout", "60s"));
        using var first = await SilentAsync(app);
        using var second = await SilentAsync(app);

        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"));

        await metrics.WaitForAsync("consul.connect.handshake.failures", ("error.type", "shed"));
        // Long before the handshake's own time is over.
        Assert.Equal(0, await EndAsync(first));
        Assert.False(second.Poll(0, SelectMode.SelectRead), "The newer silent connection keeps its place.");
    }

    [Fact]
    public async Task A_finished_handshake_takes_no_place()
    {
        await using var app = await StartAsync(("Consul:Connect:MaxConcurrentHandshakes", "1"));
        await using var first = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);
        await AnswersAsync(first);
        await using var second = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);
        await AnswersAsync(second);
        await AnswersAsync(first);
    }

    [Fact]
    public async Task A_handshake_that_stops_half_way_ends_with_its_time()
    {
        using var metrics = new MetricsRecorder("limited");
        await using var app = await StartAsync(("Consul:Connect:HandshakeTimeout", "300ms"));
        using var silent = await SilentAsync(app);

        Assert.Equal(0, await EndAsync(silent));
        // Nobody showed a ClientHello: a port scan or a TCP check, not a failed handshake.
        Assert.Empty(metrics.Of("consul.connect.handshake.failures"));
        Assert.DoesNotContain(app.Logs.Entries, entry => entry.Category.StartsWith("ConsulConnect", StringComparison.Ordinal) && entry.Message.Contains("refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_TLS_is_closed_without_an_error()
    {
        await using var app = await StartAsync();
        using var socket = await SilentAsync(app);
        await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());

        Assert.Equal(0, await EndAsync(socket));
    }

    private async Task<MeshApp> StartAsync(params (string Key, string Value)[] settings) =>
        await (await MeshApp.StartAsync("limited", [.. _identity.Settings, .. settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))])).ReadyAsync();

    private static async Task AnswersAsync(Stream tls)
    {
        await tls.WriteAsync("GET /whoami HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var answer = new byte[1024];
        var read = await tls.ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(answer, 0, read));
    }

    private static async Task<Socket> SilentAsync(MeshApp app)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, app.Mesh.Port);
        return socket;
    }

    // Some ends are announced by an alert first, others are a reset.
    private static async Task<int> EndAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            int read;
            do
                read = await socket.ReceiveAsync(new byte[256], timeout.Token);
            while (read > 0);
            return read;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
