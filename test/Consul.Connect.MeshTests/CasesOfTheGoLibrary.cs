using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>
/// What the tests of Consul's Go library <c>connect</c> ask of its client side, asked of ours and a real agent. By their names there:
/// <list type="table">
/// <item><term>TestService_Name, _Dial, _ServerTLSConfig</term><description>here</description></item>
/// <item><term>TestService_HTTPClient</term><description>AWorkerCalls</description></item>
/// <item><term>TestService_HasDefaultHTTPResolverFromAddr</term><description>TheAppsOwnResolver</description></item>
/// <item><term>Test_verifyServerCertMatchesURI</term><description>here and TheWrongInstanceAnswers; another trust domain is refused, which the library allows</description></item>
/// <item><term>TestClientSideVerifier, TestServerSideVerifier</term><description>here, APeerThatKeepsTheRules, ACallerThatIsNobody</description></item>
/// <item><term>TestDynamicTLSConfig, _Ready</term><description>LeafAndRootsRotate, TheFirstConnection</description></item>
/// <item><term>TestStaticResolver_Resolve</term><description>FixedAddresses, AStreamIsDialed</description></item>
/// <item><term>TestConsulResolver_Resolve</term><description>here; a kind of target that there is not cannot be made (TargetsMadeInCode)</description></item>
/// <item><term>TestConsulResolverFromAddrFunc</term><description>NamesOfHosts</description></item>
/// <item><term>TestPublicListener, TestProxy_public</term><description>AWorkerCalls, AWorkerDials: what is behind the built-in proxy</description></item>
/// <item><term>TestUpstreamListener</term><description>TheBuiltInProxy</description></item>
/// </list>
/// </summary>
public sealed class CasesOfTheGoLibrary(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private readonly string _service = $"db-{Guid.NewGuid():n}";

    private string Identity => $"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/{_service}";

    [SkippableFact]
    public async Task Service_Name()
    {
        await using var worker = await Worker.StartAsync(shared.Agent);
        Assert.Equal("web", worker.Service.Name);
    }

    [SkippableFact]
    public async Task Service_Dial_works()
    {
        await using var server = new TlsServer(shared.Authority.IssueLeaf(_service));
        await using var worker = await Worker.StartAsync(shared.Agent);

        await using var connection = await worker.Service.DialAsync(ConnectTarget.Static(server.Address, Identity));

        Assert.Equal(Identity, connection.Peer.SpiffeId);
        await connection.Stream.ReadExactlyAsync(new byte[1]);
    }

    [SkippableFact]
    public async Task Service_Dial_to_nobody() =>
        Assert.Contains("refused", (await DialFailsAsync($"127.0.0.1:{FreePorts.Take(1)[0]}", ConnectDialError.Unreachable)).Message, StringComparison.OrdinalIgnoreCase);

    [SkippableFact]
    public async Task Service_Dial_with_a_handshake_that_never_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var failure = await DialFailsAsync(listener.LocalEndpoint.ToString()!, ConnectDialError.TimedOut, "00:00:01");

        Assert.Contains("did not finish the TLS handshake within 1 s", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Service_Dial_with_the_wrong_certificate_and_verifyServerCertMatchesURI_that_does_not()
    {
        await using var server = new TlsServer(shared.Authority.IssueLeaf("billing"));

        var failure = await DialFailsAsync(server.Address, ConnectDialError.WrongIdentity);

        Assert.Equal((Identity, Identity.Replace(_service, "billing", StringComparison.Ordinal)), (failure.ExpectedIdentity, failure.PresentedIdentity));
        Assert.False(await server.HasReadAsync());
    }

    [SkippableFact]
    public async Task Service_ServerTLSConfig_names_the_service_and_after_a_rotation_the_roots_the_serial_and_the_key_differ()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var app = await (await MeshApp.StartAsync("web", [new("Consul:Address", agent.Address)])).ReadyAsync();
        var (before, roots) = (await ShownAsync(app, agent), await agent.GetTrustAnchorsAsync());

        await agent.RotateCaAsync();
        var after = await Eventually.ReadsAsync("another leaf is shown", _ => ShownAsync(app, agent), shown => shown.SerialNumber != before.SerialNumber);

        Assert.NotEqual(roots.Count, (await agent.GetTrustAnchorsAsync()).Count);
        Assert.NotEqual(before.PublicKey.ExportSubjectPublicKeyInfo(), after.PublicKey.ExportSubjectPublicKeyInfo());
    }

    [SkippableFact]
    public async Task ClientSideVerifier_with_a_chain_of_our_root() =>
        await ClientSideAsync(shared.Authority.IssueLeaf(_service), isRefused: false);

    [SkippableFact]
    public async Task ClientSideVerifier_with_an_untrusted_root() =>
        await ClientSideAsync(Foreign().IssueLeaf(_service), isRefused: true);

    [SkippableFact]
    public async Task ClientSideVerifier_with_a_new_root_and_its_cross_signed_intermediate()
    {
        var renewed = Foreign();
        await ClientSideAsync(renewed.IssueLeaf(_service).With(shared.Authority.CrossSign(renewed)), isRefused: false);
    }

    [SkippableFact]
    public async Task ClientSideVerifier_with_a_new_root_and_without_the_intermediate()
    {
        var renewed = Foreign();
        await ClientSideAsync(renewed.IssueLeaf(_service).With(), isRefused: true);
    }

    [SkippableFact]
    public async Task ServerSideVerifier_with_intentions_and_a_cross_signed_root()
    {
        await using var app = await shared.ServeAsync(_service);
        app.Logs.Expect("ConnectionDenied").Expect("HandshakeFailed").Expect("ConnectionsRevoked");
        await shared.Agent.CreateIntentionAsync("*", _service, allow: false);
        await shared.Agent.CreateIntentionAsync("web", _service, allow: true);
        var renewed = Foreign();
        var cross = shared.Authority.CrossSign(renewed);
        await Attempt.BecomesAsync(served: false, shared.Forged("other"), app.Mesh.Port);
        await Attempt.BecomesAsync(served: true, shared.Forged("web"), app.Mesh.Port);

        Assert.True((await Attempt.MakeAsync(MeshCaller.From(renewed.IssueLeaf("web").With(cross), shared.Authority), app.Mesh.Port)).IsServed);
        Assert.True((await Attempt.MakeAsync(MeshCaller.From(renewed.IssueLeaf("other").With(cross), shared.Authority), app.Mesh.Port)).IsRefused);
        Assert.True((await Attempt.MakeAsync(MeshCaller.From(renewed.IssueLeaf("web").With(), shared.Authority), app.Mesh.Port)).IsRefused);
        Assert.True((await Attempt.MakeAsync(MeshCaller.From(TestCa.Create().IssueLeaf("web"), shared.Authority), app.Mesh.Port)).IsRefused);
    }

    [SkippableFact]
    public async Task ConsulResolver_finds_a_proxy_and_a_native_instance()
    {
        await RegisterAsync(new { ID = $"{_service}-1", Name = $"{_service}-proxy", Kind = "connect-proxy", Address = "127.0.0.1", Port = 9091, Proxy = new { DestinationServiceName = _service } });
        await RegisterAsync(new { ID = $"{_service}-2", Name = _service, Port = 9092, Connect = new { Native = true } });
        await RegisterAsync(new { ID = $"{_service}-3", Name = _service, Port = 9093 });

        // The one without an address is at its node's.
        await ResolvesAsync(ConnectTarget.Service(_service), "127.0.0.1:9091", "127.0.0.1:9092");
    }

    [SkippableFact]
    public async Task ConsulResolver_finds_nobody_of_a_name_that_there_is_not()
    {
        await using var worker = await Worker.StartAsync(shared.Agent);
        worker.Logs.Expect("HasNone");

        Assert.Empty(await worker.Service.Resolver.ResolveAsync(ConnectTarget.Service(_service), CancellationToken.None));
        var failure = await Assert.ThrowsAsync<ConnectDialException>(() => worker.Service.DialAsync(ConnectTarget.Service(_service)));
        Assert.Equal(ConnectDialError.NoInstances, failure.Error);
        Assert.Contains($"no instance of \"{_service}\" is registered", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ConsulResolver_waits_no_longer_than_it_is_told()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var worker = await Worker.StartAsync(agent);
        // The answer that the agent still owes may come before the end.
        worker.Logs.Expect("HasNone");
        await worker.Service.WaitUntilReadyAsync();
        await agent.PauseAsync();
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var clock = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.Service.Resolver.ResolveAsync(ConnectTarget.Service(_service), given.Token).AsTask());

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        agent.Resume();
    }

    [SkippableFact]
    public async Task ConsulResolver_finds_the_service_of_a_query_by_its_id_and_by_its_name_and_those_with_a_tag()
    {
        await RegisterAsync(new { ID = $"{_service}-1", Name = _service, Address = "127.0.0.1", Port = 9091, Connect = new { Native = true } });
        await RegisterAsync(new { ID = $"{_service}-2", Name = _service, Address = "127.0.0.1", Port = 9092, Tags = new[] { "primary" }, Connect = new { Native = true } });
        var id = await QueryAsync(new { Name = $"all-{_service}", Service = new { Service = _service } });
        await QueryAsync(new { Name = $"primary-{_service}", Service = new { Service = _service, Tags = new[] { "primary" } } });
        await QueryAsync(new { Name = $"absent-{_service}", Service = new { Service = _service, Tags = new[] { "absent" } } });

        await ResolvesAsync(ConnectTarget.Query(id), "127.0.0.1:9091", "127.0.0.1:9092");
        await ResolvesAsync(ConnectTarget.Query($"all-{_service}"), "127.0.0.1:9091", "127.0.0.1:9092");
        await ResolvesAsync(ConnectTarget.Query($"primary-{_service}"), "127.0.0.1:9092");
        await using var worker = await Worker.StartAsync(shared.Agent);
        worker.Logs.Expect("HasNone");
        Assert.Empty(await worker.Service.Resolver.ResolveAsync(ConnectTarget.Query($"absent-{_service}"), CancellationToken.None));
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    // A root of the same mesh that our end has not heard of.
    private TestCa Foreign() => TestCa.Create(shared.Authority.TrustDomain);

    private async Task ClientSideAsync(TestCaLeaf leaf, bool isRefused)
    {
        await using var server = new TlsServer(leaf);
        if (isRefused)
        {
            await DialFailsAsync(server.Address, ConnectDialError.NotVerified);
            Assert.False(await server.HasReadAsync());
            return;
        }

        await using var worker = await Worker.StartAsync(shared.Agent);
        await using var connection = await worker.Service.DialAsync(ConnectTarget.Static(server.Address, Identity));
        Assert.Equal(Identity, connection.Peer.SpiffeId);
    }

    private async Task<ConnectDialException> DialFailsAsync(string address, ConnectDialError error, string patience = "00:00:30")
    {
        await using var worker = await Worker.StartAsync(shared.Agent, settings: ("Consul:Connect:HandshakeTimeout", patience));
        await worker.Service.WaitUntilReadyAsync();
        var failure = await Assert.ThrowsAsync<ConnectDialException>(() => worker.Service.DialAsync(ConnectTarget.Static(address, Identity)));
        Assert.Equal((error, address), (failure.Error, failure.Address));
        return failure;
    }

    private async Task ResolvesAsync(ConnectTarget target, params string[] addresses)
    {
        await using var worker = await Worker.StartAsync(shared.Agent);
        var found = await Eventually.ReadsAsync(
            $"{target} is resolved",
            ending => worker.Service.Resolver.ResolveAsync(target, ending).AsTask(),
            found => found.Count == addresses.Length);
        Assert.Equal(addresses, found.Select(one => one.ToString()).Order(StringComparer.Ordinal));
        Assert.All(found, one => Assert.Equal((_service, "default", "dc1"), (one.Service, one.Namespace, one.Datacenter)));
    }

    private async Task RegisterAsync(object service) =>
        (await shared.Agent.Http.PutAsJsonAsync("/v1/agent/service/register", service, options: new() { PropertyNamingPolicy = null })).EnsureSuccessStatusCode();

    private async Task<string> QueryAsync(object query)
    {
        using var answer = await shared.Agent.Http.PostAsJsonAsync("/v1/query", query, options: new() { PropertyNamingPolicy = null });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!["ID"]!.GetValue<string>();
    }

    // The caller believes the agent's roots alone, and the expected name.
    private static async Task<X509Certificate2> ShownAsync(MeshApp app, ConsulAgent agent)
    {
        var identity = await agent.IssueLeafAsync("asks");
        var caller = MeshCaller.From(identity) with { ExpectedUri = identity.Uri.Replace("/svc/asks", "/svc/web", StringComparison.Ordinal) };
        await using var tls = await caller.OpenTlsAsync(app.Mesh.Port);
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
    }

    /// <summary>Serves one connection with a leaf that the test names, and says a byte.</summary>
    private sealed class TlsServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task<bool> _serving;

        public TlsServer(TestCaLeaf leaf)
        {
            _listener.Start();
            _serving = ServeAsync(leaf);
        }

        public string Address => _listener.LocalEndpoint.ToString()!;

        /// <summary>Whether a byte has come, once the connection has ended.</summary>
        public Task<bool> HasReadAsync() => _serving.WaitAsync(TimeSpan.FromSeconds(20));

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Dispose();
        }

        private async Task<bool> ServeAsync(TestCaLeaf leaf)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = leaf.Context, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => true });
                await tls.WriteAsync("x"u8.ToArray());
                return await tls.ReadAsync(new byte[1]) > 0;
            }
            catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
