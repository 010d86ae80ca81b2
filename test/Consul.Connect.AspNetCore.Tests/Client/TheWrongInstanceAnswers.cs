using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

/// <summary>Whoever answers proves to be exactly the one that was called, before a byte of the app leaves.</summary>
public class TheWrongInstanceAnswers
{
    private readonly TestCa _authority = TestCa.Create();

    [Fact]
    public async Task One_of_another_service_gets_no_byte_and_both_names_are_said()
    {
        var (failure, received) = await DialAsync(_authority.IssueLeaf("billing"));

        Assert.Equal(ConnectDialError.WrongIdentity, failure.Error);
        Assert.Contains("presented \"billing\", expected \"payments\". The catalog entry or the certificate of that instance is wrong; nothing was sent.", failure.Message);
        Assert.Contains("\"web\"", failure.Message);
        Assert.EndsWith("/svc/billing", failure.PresentedIdentity);
        Assert.EndsWith("/svc/payments", failure.ExpectedIdentity);
        Assert.StartsWith("127.0.0.1:", failure.Address);
        Assert.Equal(0, received);
    }

    [Fact]
    [Trait("Case", "CLI-002")]
    public async Task A_name_that_differs_in_case_alone_is_another_service() =>
        Assert.Equal(ConnectDialError.WrongIdentity, (await DialAsync(_authority.IssueLeaf("PAYMENTS"))).Failure.Error);

    [Fact]
    [Trait("Case", "CLI-003")]
    public async Task A_trust_domain_beside_ours_under_the_same_root_is_refused()
    {
        var (failure, _) = await DialAsync(_authority.IssueLeaf("payments", leaf => leaf.TrustDomain = "99999999-2222-3333-4444-555555555555.consul"));

        Assert.Equal(ConnectDialError.NotVerified, failure.Error);
        Assert.Contains("trust domain", failure.Message);
    }

    [Fact]
    public async Task One_of_another_datacenter_namespace_or_partition_is_refused()
    {
        Assert.Equal(ConnectDialError.WrongIdentity, (await DialAsync(_authority.IssueLeaf("payments", leaf => leaf.Datacenter = "dc2"))).Failure.Error);
        Assert.Equal(ConnectDialError.WrongIdentity, (await DialAsync(_authority.IssueLeaf("payments", leaf => leaf.Namespace = "blue"))).Failure.Error);
        Assert.Equal(ConnectDialError.WrongIdentity, (await DialAsync(_authority.IssueLeaf("payments", leaf => leaf.Partition = "blue"))).Failure.Error);
    }

    [Fact]
    [Trait("Case", "CLI-004")]
    public async Task A_certificate_of_nobody_or_of_the_past_is_refused()
    {
        Assert.Equal(ConnectDialError.NotVerified, (await DialAsync(TestCa.Create().IssueLeaf("payments"))).Failure.Error);
        var (failure, _) = await DialAsync(_authority.IssueLeaf("payments", leaf => (leaf.NotBefore, leaf.NotAfter) = (DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(-1))));
        Assert.Equal(ConnectDialError.NotVerified, failure.Error);
        Assert.Contains("not valid now", failure.Message);
    }

    [Fact]
    [Trait("Case", "CLI-007")]
    public async Task A_server_that_asks_for_no_certificate_is_no_mesh_listener()
    {
        var (failure, received) = await DialAsync(_authority.IssueLeaf("payments"), asksForCertificate: false);

        Assert.Equal(ConnectDialError.NotVerified, failure.Error);
        Assert.Contains("did not ask \"web\" for a certificate", failure.Message);
        Assert.Equal(0, received);
    }

    [Fact]
    public async Task The_server_name_is_the_one_of_consuls_proxies()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = RogueServer.WithTls(_authority.IssueLeaf("payments", leaf => leaf.Partition = "blue"), tls =>
        {
            seen.TrySetResult(tls.TargetHostName);
            return Task.CompletedTask;
        });
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are(NamedInstances.At(server.Port) with { Partition = "Blue" });

        await using var connection = await client.Service.DialAsync(ConnectTarget.Service("payments"));

        Assert.Equal($"payments.default.blue.dc1.internal-v1.{_authority.TrustDomain}", await seen.Task);
        Assert.Equal("payments", connection.Peer.Service);
    }

    [Fact]
    [Trait("Case", "CLI-008")]
    public async Task No_session_is_resumed()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        await using var server = RogueServer.WithTls(_authority.IssueLeaf("payments"), async tls =>
        {
            seen.Add($"{tls.TargetHostName} {tls.IsMutuallyAuthenticated} {tls.RemoteCertificate is not null}");
            await tls.WriteAsync("x"u8.ToArray());
        });
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are("payments", server.Port);

        for (var i = 0; i < 3; i++)
        {
            await using var connection = await client.Service.DialAsync(ConnectTarget.Service("payments"));
            await connection.Stream.ReadExactlyAsync(new byte[1]);
            // On a resumed session the client does not count as mutually authenticated.
            Assert.True(((SslStream)connection.Stream).IsMutuallyAuthenticated);
        }

        Assert.All(seen, line => Assert.Equal($"payments.default.dc1.internal.{_authority.TrustDomain} True True", line));
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    [Trait("Case", "CLI-005")]
    public async Task One_that_hangs_in_the_handshake_costs_the_time_of_a_dial_and_no_more()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        var hello = new TaskCompletionSource();
        await using var server = new RogueServer(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[1]);
            hello.SetResult();
            await stream.CopyToAsync(Stream.Null);
        });
        await using var client = await MeshClient.StartAsync(_authority, options => options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(5), time);
        client.Instances.Are("payments", server.Port);
        using var http = client.CreateHttp();

        var calling = http.GetAsync("/");
        await hello.Task;
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(calling.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = Assert.IsType<ConnectDialException>((await Assert.ThrowsAsync<HttpRequestException>(() => calling)).InnerException);
        Assert.Equal(ConnectDialError.TimedOut, failure.Error);
        Assert.Contains("did not finish the TLS handshake within 5 s", failure.Message);
        await Eventually.HoldsAsync("the connection is closed", () => server.Open == 0);
    }

    [Fact]
    public async Task One_that_accepts_no_connection_is_named_with_its_address()
    {
        int port;
        using (var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)taken.LocalEndPoint!).Port;
            await using var client = await MeshClient.StartAsync(_authority);
            client.Instances.Are("payments", port);

            var failure = await Assert.ThrowsAsync<ConnectDialException>(() => client.Service.DialAsync(ConnectTarget.Service("payments")));
            Assert.Equal(ConnectDialError.Unreachable, failure.Error);
            Assert.Contains($"\"web\" could not reach \"payments\" at 127.0.0.1:{port}", failure.Message);
        }
    }

    [Fact]
    [Trait("Case", "CLI-024")]
    public async Task Ten_thousand_cancelled_dials_leave_nothing_open()
    {
        await using var server = new RogueServer(stream => stream.CopyToAsync(Stream.Null));
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are("payments", server.Port);
        var before = Directory.GetFiles("/proc/self/fd").Length;

        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            using var given = new CancellationTokenSource();
            var dialing = client.Service.DialAsync(ConnectTarget.Service("payments"), given.Token);
            if (i % 4 != 0)
                await Task.Yield();
            await given.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
        });

        await Eventually.HoldsAsync("every connection is closed", () => server.Open == 0);
        // Other tests open and close theirs too.
        await Eventually.HoldsAsync("what they opened is closed", () => Directory.GetFiles("/proc/self/fd").Length <= before + 100);
    }

    private async Task<(ConnectDialException Failure, int Received)> DialAsync(TestCaLeaf leaf, bool asksForCertificate = true)
    {
        var received = 0;
        await using var server = RogueServer.WithTls(leaf, async tls => received += await tls.ReadAsync(new byte[100]), asksForCertificate);
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are("payments", server.Port);
        using var http = client.CreateHttp();
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync("/", new StringContent("secret")));
        await Eventually.HoldsAsync("the connection is closed", () => server.Open == 0);
        return (Assert.IsType<ConnectDialException>(failure.InnerException), received);
    }
}
