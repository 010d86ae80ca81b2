using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

/// <summary>The relay of docs/calling.md, for clients that know nothing but a host and a port.</summary>
public class ADatabaseBehindARelay
{
    [Fact]
    public async Task A_client_with_a_host_and_a_port_reaches_it()
    {
        var authority = TestCa.Create();
        // It speaks first, as databases do.
        await using var database = RogueServer.WithTls(authority.IssueLeaf("db"), async tls =>
        {
            await tls.WriteAsync("hello "u8.ToArray());
            await tls.CopyToAsync(tls);
        });
        await using var client = await MeshClient.StartAsync(authority);
        client.Instances.Are("db", database.Port);
        var port = new TaskCompletionSource<int>();
        using var stopping = new CancellationTokenSource();
        var relaying = RelayAsync(client.Service, port.SetResult, stopping.Token);

        using var plain = new TcpClient();
        await plain.ConnectAsync(IPAddress.Loopback, await port.Task);
        await plain.GetStream().WriteAsync("world"u8.ToArray());
        var answer = new byte[11];
        await plain.GetStream().ReadExactlyAsync(answer);

        Assert.Equal("hello world"u8.ToArray(), answer);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => relaying);
    }

    private static async Task RelayAsync(ConnectService service, Action<int> listens, CancellationToken stop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        listens(((IPEndPoint)listener.LocalEndpoint).Port);
        while (true)
            _ = CarryAsync(await listener.AcceptTcpClientAsync(stop));

        async Task CarryAsync(TcpClient accepted)
        {
            using var client = accepted;
            await using var database = await service.DialAsync(ConnectTarget.Service("db"), stop);
            var local = client.GetStream();
            await Task.WhenAny(local.CopyToAsync(database.Stream, stop), database.Stream.CopyToAsync(local, stop));
        }
    }
}
