using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Server;

/// <summary>An agent that checks the mesh endpoint over TCP connects and leaves without a word, again and again.</summary>
public sealed class ATcpCheck : IDisposable
{
    private readonly IdentityFiles _identity = new("probed");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_no_line_above_debug_and_no_failed_handshake(bool resets)
    {
        using var metrics = new MetricsRecorder("probed");
        await using var app = await (await MeshApp.StartAsync("probed", _identity.Settings)).ReadyAsync();
        await app.Logs.WaitForAsync("is in the mesh as");
        var before = Loud(app);

        for (var i = 0; i < 20; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, app.Mesh.Port);
            // As Go closes a connection from which nothing was read, and as it resets one.
            if (resets)
                socket.LingerState = new(true, 0);
        }

        // Kestrel says at Debug that each has gone; the last one to be told is the last of all.
        await Eventually.HoldsAsync("all probes have gone", () => app.Logs.Entries.Count(entry => entry.Event.Name == "ConnectionStop") >= 20);
        Assert.Equal(before, Loud(app));
        Assert.Empty(metrics.Of("consul.connect.handshake.failures"));
        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"), StringComparison.Ordinal);
    }

    private static List<string> Loud(MeshApp app) => [.. app.Logs.Entries.Where(entry => entry.Level > LogLevel.Debug).Select(entry => $"{entry.Event.Name} {entry.Message}")];
}
