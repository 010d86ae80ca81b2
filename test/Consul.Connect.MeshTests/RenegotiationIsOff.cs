using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;

namespace ConsulConnect.MeshTests;

/// <summary>What TLS 1.2 and older allowed and a mesh server does not: another handshake on the same connection, a short one by memory, old versions.</summary>
public sealed class RenegotiationIsOff(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableFact]
    public async Task A_caller_that_asks_for_another_handshake_is_refused_and_keeps_who_it_is()
    {
        var peers = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var app = await ServeAsync(app => app.Use((context, next) =>
        {
            peers.Enqueue(context.Features.Get<IConnectPeerFeature>()!.Peer.Service);
            return next(context);
        }));
        using var openssl = Web();

        // R on a line of its own is its command for a new handshake.
        await using var process = openssl.Connect(app.Mesh.Port, "R\n", "-tls1_2");
        await process.WaitForLineAsync(line => line.Contains("RENEGOTIATING", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(TimeSpan.FromSeconds(20));

        Assert.Contains("New, TLSv1.2", process.Output, StringComparison.Ordinal);
        Assert.True(process.Output.Contains("no renegotiation", StringComparison.Ordinal), process.Output);
        Assert.Empty(peers);
        Assert.True((await Attempt.MakeAsync(await shared.CallerAsync(), app.Mesh.Port)).IsServed);
    }

    [SkippableFact]
    public async Task Without_the_request_the_same_caller_is_answered()
    {
        await using var app = await ServeAsync();
        using var openssl = Web();

        // So it was the request for another handshake that ended the connection above.
        await using var process = openssl.Connect(app.Mesh.Port, "GET /whoami HTTP/1.1\r\nHost: mesh\r\nConnection: close\r\n\r\n", "-tls1_2");
        await process.WaitForLineAsync(line => line.Contains("HTTP/1.1 200", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        await process.WaitForLineAsync(line => line.Contains("/svc/web", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
    }

    [SkippableFact]
    public async Task Every_connection_of_one_TLS_1_2_session_is_a_full_handshake()
    {
        await using var app = await ServeAsync();
        using var openssl = Web();

        var (_, output) = await openssl.RunAsync(app.Mesh.Port, "-tls1_2", "-reconnect");

        // One and five more, each of which offers the first one's session.
        Assert.Equal(6, output.Split('\n').Count(line => line.StartsWith("New, TLSv1.2", StringComparison.Ordinal)));
        Assert.DoesNotContain("Reused,", output, StringComparison.Ordinal);
        Assert.DoesNotContain("TLS session ticket:", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task TLS_1_3_callers_are_offered_no_session()
    {
        await using var app = await ServeAsync();
        using var openssl = Web();

        await using var process = openssl.Connect(app.Mesh.Port, "GET /whoami HTTP/1.1\r\nHost: mesh\r\nConnection: close\r\n\r\n", "-tls1_3");
        // A ticket would come before the answer.
        await process.WaitForLineAsync(line => line.Contains("/svc/web", StringComparison.Ordinal), TimeSpan.FromSeconds(20));

        Assert.Contains("New, TLSv1.3", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("New Session Ticket", process.Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Older_versions_are_refused_by_us(string version)
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await ServeAsync();
        using var openssl = Web();

        // At security level 0 openssl itself would go on.
        var (exitCode, output) = await openssl.RunAsync(app.Mesh.Port, version, "-cipher", "ALL:@SECLEVEL=0");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("alert protocol version", output, StringComparison.Ordinal);
        await metrics.WaitForAsync("consul.connect.handshake.failures", ("error.type", "handshake"));
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private Task<MeshApp> ServeAsync(Action<WebApplication>? before = null) => shared.ServeAsync(_service, app =>
    {
        before?.Invoke(app);
        app.MapGet("/whoami", (ConnectPeer caller) => caller.SpiffeId);
    });

    private OpenSsl Web() => OpenSsl.Play(shared.Authority.IssueLeaf("web"), shared.Authority);
}
