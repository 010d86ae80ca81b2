using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

/// <summary>A worker opens streams to services that speak no HTTP, in the mesh of a real agent.</summary>
public sealed class AWorkerDials(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private readonly string _service = $"echo-{Guid.NewGuid():n}";

    [SkippableFact]
    public async Task An_echo_on_the_Go_library_until_an_intention_denies_it()
    {
        await using var server = await GoPeer.ServeAsync(shared.Agent, "tcpecho", "-name", _service, "-register");
        await IsEchoedUntilDeniedAsync();
    }

    [SkippableFact]
    public async Task An_echo_behind_the_built_in_proxy_until_an_intention_denies_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = EchoAsync(listener, stop.Token);
        await using (await BuiltInProxy.StartAsync(shared.Agent, _service, ((IPEndPoint)listener.LocalEndpoint).Port))
            await IsEchoedUntilDeniedAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [SkippableFact]
    public async Task An_echo_of_ours_until_an_intention_denies_it()
    {
        using var logs = new ExpectedLogs();
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddExpectedLogs(logs));
        logs.Expect("ConnectionDenied").Expect("ConnectionsRevoked");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = EchoServer.RunAsync(listener, shared.Agent.Address, _service, loggers, stop.Token);
        await logs.WaitForAsync("is in the mesh as");
        var entry = new { Name = _service, Address = "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, Connect = new { Native = true } };
        (await shared.Agent.Http.PutAsJsonAsync("/v1/agent/service/register", entry, options: new() { PropertyNamingPolicy = null })).EnsureSuccessStatusCode();
        await using var worker = await Worker.StartAsync(shared.Agent);
        await worker.KnowsAsync(_service);

        await using var connection = await worker.Service.DialAsync(ConnectTarget.Service(_service));
        await connection.Stream.WriteAsync("hello"u8.ToArray());
        await connection.Stream.ReadExactlyAsync(new byte[5]);

        // Our own server says nothing to whom it refuses, and a stream may end for any reason.
        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.True(await EndsAsync(connection, patience.Token));
        await using var another = await worker.Service.DialAsync(ConnectTarget.Service(_service));
        Assert.True(await EndsAsync(another, patience.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task IsEchoedUntilDeniedAsync()
    {
        await using var worker = await Worker.StartAsync(shared.Agent);
        worker.Logs.Expect("Refused");
        await worker.KnowsAsync(_service);
        await using (var connection = await worker.Service.DialAsync(ConnectTarget.Service(_service)))
        {
            Assert.Equal($"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/{_service}", connection.Peer.SpiffeId);
            await connection.Stream.WriteAsync("hello"u8.ToArray());
            var answer = new byte[5];
            await connection.Stream.ReadExactlyAsync(answer);
            Assert.Equal("hello"u8.ToArray(), answer);
        }

        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        var denied = await Eventually.ReadsAsync("the stream is refused", ending => RefusalAsync(worker, ending), failure => failure is not null);
        Assert.Contains($"an intention that denies \"web\" -> \"{_service}\"", denied!.Message, StringComparison.Ordinal);
    }

    /// <summary>Why a stream got no answer; null when it got one.</summary>
    private async Task<ConnectDeniedException?> RefusalAsync(Worker worker, CancellationToken ending)
    {
        try
        {
            await using var connection = await worker.Service.DialAsync(ConnectTarget.Service(_service), ending);
            await connection.Stream.WriteAsync("x"u8.ToArray(), ending);
            await connection.Stream.ReadExactlyAsync(new byte[1], ending);
            return null;
        }
        catch (ConnectDeniedException e)
        {
            return e;
        }
        catch (IOException e) when (e.InnerException is ConnectDeniedException denied)
        {
            // With TLS 1.3 they refuse after our side of the handshake is done.
            return denied;
        }
    }

    private static async Task EchoAsync(TcpListener listener, CancellationToken stop)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(stop);
            try
            {
                await client.GetStream().CopyToAsync(client.GetStream(), stop);
            }
            catch (IOException)
            {
                // The proxy may end a connection by a reset.
            }
        }
    }

    private static async Task<bool> EndsAsync(ConnectConnection connection, CancellationToken ending)
    {
        try
        {
            return await connection.Stream.ReadAsync(new byte[1], ending) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
