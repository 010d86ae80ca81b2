using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

/// <summary>A TCP echo in the mesh, both ends ours and without a host.</summary>
public class AStreamIsDialed
{
    private readonly TestCa _authority = TestCa.Create();

    [Fact]
    public async Task Both_ends_know_each_other_and_bytes_go_both_ways()
    {
        await using var server = await MeshClient.StartAsync(_authority, service: "echo");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = EchoOnceAsync(listener, server.Service);
        await using var client = await MeshClient.StartAsync(_authority, service: "dials-echo");
        client.Instances.Are("echo", ((IPEndPoint)listener.LocalEndpoint).Port);
        using var metrics = new MetricsRecorder("dials-echo");

        await using (var connection = await client.Service.DialAsync(ConnectTarget.Service("echo")))
        {
            await connection.Stream.WriteAsync("ping"u8.ToArray());
            var answer = new byte[4];
            await connection.Stream.ReadExactlyAsync(answer);

            Assert.Equal("ping"u8.ToArray(), answer);
            Assert.Equal("echo", connection.Peer.Service);
        }

        Assert.Equal("dials-echo", await serving);
        Assert.Single(metrics.Of("consul.connect.dial.duration", ("consul.connect.peer", "echo"), ("consul.connect.outcome", "ok")));
    }

    [Fact]
    public async Task A_static_address_must_prove_the_given_identity()
    {
        await using var server = RogueServer.WithTls(_authority.IssueLeaf("legacy"), tls => tls.WriteAsync("x"u8.ToArray()).AsTask());
        var service = await ServiceAsync();
        await using var _ = service;
        var address = $"127.0.0.1:{server.Port}";

        await using var connection = await service.DialAsync(ConnectTarget.Static(address, $"spiffe://{_authority.TrustDomain}/ns/default/dc/dc1/svc/legacy"));
        Assert.Equal("legacy", connection.Peer.Service);

        var failure = await Assert.ThrowsAsync<ConnectDialException>(() => service.DialAsync(ConnectTarget.Static(address, $"spiffe://{_authority.TrustDomain}/ns/default/dc/dc2/svc/legacy")));
        Assert.Equal(ConnectDialError.WrongIdentity, failure.Error);
    }

    [Fact]
    public async Task A_host_name_of_a_static_upstream_is_called_by_its_address()
    {
        await using var fleet = await Fleet.StartAsync(1, "legacy", authority: _authority);
        var service = await ServiceAsync(new() { Address = $"127.0.0.1:{fleet.Members[0].Port}", Identity = $"spiffe://{_authority.TrustDomain}/ns/default/dc/dc1/svc/legacy" });
        await using var _ = service;
        using var http = new HttpClient(service.CreateHandler());

        Assert.Equal("0", await http.GetStringAsync("https://legacy.service.consul/"));
    }

    [Fact]
    public async Task After_the_end_of_the_service_nothing_is_dialed()
    {
        var client = await MeshClient.StartAsync(_authority);
        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Service.DialAsync(ConnectTarget.Service("payments")));
    }

    [Fact]
    public async Task The_end_of_the_service_closes_what_it_has_dialed()
    {
        await using var server = RogueServer.WithTls(_authority.IssueLeaf("payments"), tls => tls.CopyToAsync(Stream.Null));
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are("payments", server.Port);
        var connection = await client.Service.DialAsync(ConnectTarget.Service("payments"));

        await client.Service.DisposeAsync();

        await Eventually.HoldsAsync("the other end sees it", () => server.Open == 0);
        await Assert.ThrowsAnyAsync<Exception>(() => connection.Stream.WriteAsync("x"u8.ToArray()).AsTask());
    }

    private async Task<ConnectService> ServiceAsync(ConnectUpstreamOptions? legacy = null)
    {
        var identity = new IdentityFiles("web", _authority);
        var service = await ConnectService.StartAsync(options =>
        {
            var settings = identity.Settings;
            options.Connect.Service = "web";
            options.Connect.Authorization.DefaultPolicy = ConnectDefaultPolicy.Allow;
            options.Connect.Certificates = new()
            {
                CertFile = settings["Consul:Connect:Certificates:CertFile"],
                KeyFile = settings["Consul:Connect:Certificates:KeyFile"],
                CaFile = settings["Consul:Connect:Certificates:CaFile"],
            };
            if (legacy is not null)
                options.Connect.Upstreams["legacy"] = legacy;
        });
        await service.WaitUntilReadyAsync();
        return service;
    }

    private static async Task<string> EchoOnceAsync(TcpListener listener, ConnectService service)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var connection = await service.AuthenticateAsServerAsync(client.GetStream());
        await connection.Stream.CopyToAsync(connection.Stream);
        return connection.Peer.Service;
    }
}
