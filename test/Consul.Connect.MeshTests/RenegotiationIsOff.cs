using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>What TLS 1.2 and older allowed and a mesh server does not: another handshake on the same connection, a short one by memory, old versions.</summary>
public sealed class RenegotiationIsOff(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private const string Request = "GET /whoami HTTP/1.1\r\nHost: mesh\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_asks_for_another_handshake_loses_the_connection(bool isServedFirst)
    {
        await using var app = await ServeAsync();
        using var openssl = Web();
        await using var process = openssl.Connect(app.Mesh.Port, "", "-tls1_2");
        await process.WaitForLineAsync(line => line.StartsWith("New, TLSv1.2", StringComparison.Ordinal), Patience);
        if (isServedFirst)
        {
            process.Send(Request);
            await process.WaitForLineAsync(line => line.Contains("/svc/web", StringComparison.Ordinal), Patience);
        }

        // On a line of its own this is its command for a new handshake.
        process.Send("R\n");
        await process.WaitForLineAsync(line => line.Contains("RENEGOTIATING", StringComparison.Ordinal), Patience);
        await process.WaitForExitAsync(Patience);

        // It was not shown our certificate again, nor was it asked for its own.
        var afterwards = process.Output[process.Output.IndexOf("RENEGOTIATING", StringComparison.Ordinal)..];
        Assert.Contains("error:", afterwards, StringComparison.Ordinal);
        Assert.DoesNotContain("verify return", afterwards, StringComparison.Ordinal);
        Assert.True((await Attempt.MakeAsync(await shared.CallerAsync(), app.Mesh.Port)).IsServed);
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
    public async Task The_second_connection_of_a_TLS_1_3_session_is_a_full_handshake()
    {
        await using var app = await ServeAsync();
        using var openssl = Web();
        var session = openssl.FileOf("session.pem");

        // OpenSSL hands out tickets of its own accord, before the answer; they must be good for nothing.
        await using (var first = openssl.Connect(app.Mesh.Port, Request, "-tls1_3", "-sess_out", session))
            await first.WaitForLineAsync(line => line.Contains("/svc/web", StringComparison.Ordinal), Patience);
        Assert.True(File.Exists(session), "The caller was offered no session, so it cannot try to resume one.");
        await using var second = openssl.Connect(app.Mesh.Port, Request, "-tls1_3", "-sess_in", session);
        await second.WaitForLineAsync(line => line.Contains("/svc/web", StringComparison.Ordinal), Patience);

        Assert.Contains("New, TLSv1.3", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused,", second.Output, StringComparison.Ordinal);
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

    private Task<MeshApp> ServeAsync() => shared.ServeAsync(_service);

    private OpenSsl Web() => OpenSsl.Play(shared.Authority.IssueLeaf("web"), shared.Authority);
}
