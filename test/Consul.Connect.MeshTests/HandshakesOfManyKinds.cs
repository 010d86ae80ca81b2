using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>What a caller may send in its handshake, sensible or not: served or refused, and soon.</summary>
public sealed class HandshakesOfManyKinds(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private const string Failures = "consul.connect.handshake.failures";
    private const string Request = "GET /whoami HTTP/1.1\r\nHost: mesh\r\nConnection: close\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableTheory]
    [InlineData("orders.default.dc1.internal.11111111-2222-3333-4444-555555555555.consul")]
    [InlineData("orders.service.consul")]
    [InlineData("_*_.{}.%00")]
    [InlineData("-")]
    [InlineData("xn--zzzzzzzzz")]
    [InlineData("\u0436\u0443\u043a.example")]
    [InlineData("::1")]
    public async Task Any_server_name_is_served(string sni)
    {
        await using var app = await shared.ServeAsync(_service);
        Assert.True((await Attempt.MakeAsync(await shared.CallerAsync() with { Sni = sni }, app.Mesh.Port)).IsServed);
    }

    [SkippableTheory]
    [InlineData("....", true)]
    [InlineData("a..b", true)]
    [InlineData("250 letters", true)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("\u0001\u0002 \t", false)]
    [InlineData("a..b:8443", false)]
    public async Task Server_names_that_no_library_sends_are_served_or_refused_without_an_error(string sni, bool served)
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await shared.ServeAsync(_service);
        using var openssl = Play(shared.Authority.IssueLeaf("web"));

        await using var process = openssl.Connect(app.Mesh.Port, Request, "-servername", sni == "250 letters" ? new('x', 250) : sni);

        if (served)
            await process.WaitForLineAsync(line => line.Contains("HTTP/1.1 200", StringComparison.Ordinal), Patience);
        await process.WaitForExitAsync(Patience);
        if (!served)
            await metrics.WaitForAsync(Failures, ("error.type", "handshake"));
        Assert.Equal(served, process.Output.Contains("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Outside_Kestrel_such_a_server_name_is_an_authentication_error()
    {
        await using var service = await ConnectService.StartAsync(o => (o.Address, o.Connect.Service) = (shared.Agent.Address, _service));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var openssl = Play(shared.Authority.IssueLeaf("web"));
        await using var process = openssl.Connect(((IPEndPoint)listener.LocalEndpoint).Port, Request, "-servername", "\u0001");
        using var client = await listener.AcceptTcpClientAsync();

        await Assert.ThrowsAsync<AuthenticationException>(() => service.AuthenticateAsServerAsync(client.GetStream()));
    }

    [SkippableFact]
    public async Task A_protocol_we_do_not_speak_is_refused()
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await shared.ServeAsync(_service);

        var attempt = await Attempt.MakeAsync(await shared.CallerAsync() with { Alpn = [new("foo")] }, app.Mesh.Port);

        Assert.True(attempt.IsRefused, attempt.Received);
        Assert.IsType<AuthenticationException>(attempt.End);
        await metrics.WaitForAsync(Failures, ("error.type", "handshake"));
    }

    [SkippableFact]
    public async Task A_protocol_we_speak_among_others_is_served()
    {
        await using var app = await shared.ServeAsync(_service);
        Assert.True((await Attempt.MakeAsync(await shared.CallerAsync() with { Alpn = [new("foo"), SslApplicationProtocol.Http11] }, app.Mesh.Port)).IsServed);
    }

    [SkippableTheory]
    [InlineData(10_000, true)]
    [InlineData(33_000, false)]
    [InlineData(90_000, false)]
    public async Task A_leaf_is_refused_beyond_32_KiB(int size, bool served)
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await shared.ServeAsync(_service);
        var large = shared.Forged(configure: o => o.ExtraExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.2", new byte[size], critical: false)));

        var attempt = await Attempt.MakeAsync(large, app.Mesh.Port);

        Assert.True(served ? attempt.IsServed : attempt.IsRefused, attempt.Received);
        Assert.InRange(attempt.Took, TimeSpan.Zero, Soon);
        if (!served)
            await metrics.WaitForAsync(Failures, ("error.type", "chain"));
    }

    [SkippableFact]
    public async Task A_short_chain_is_refused_beyond_32_KiB()
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await shared.ServeAsync(_service);
        TestCa Below(TestCa issuer, int size) => issuer.IssueIntermediate(o =>
        {
            o.PathLength = 5;
            o.ExtraExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.2", new byte[size], critical: false));
        });

        var small = await Attempt.MakeAsync(MeshCaller.From(Below(Below(shared.Authority, 10_000), 10_000).IssueLeaf("web"), shared.Authority), app.Mesh.Port);
        var large = await Attempt.MakeAsync(MeshCaller.From(Below(Below(shared.Authority, 17_000), 17_000).IssueLeaf("web"), shared.Authority), app.Mesh.Port);

        Assert.True(small.IsServed);
        Assert.True(large.IsRefused);
        Assert.InRange(large.Took, TimeSpan.Zero, Soon);
        await metrics.WaitForAsync(Failures, ("error.type", "chain"));
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(400)]
    public async Task A_chain_of_so_many_certificates_is_refused(int count)
    {
        using var metrics = new MetricsRecorder(_service);
        await using var app = await shared.ServeAsync(_service);
        var issuer = shared.Authority;
        while (issuer.Depth < count - 1)
            issuer = issuer.IssueIntermediate(o => o.PathLength = count);
        using var openssl = Play(issuer.IssueLeaf("web"));

        await using var process = openssl.Connect(app.Mesh.Port, Request);
        await process.WaitForExitAsync(Patience);

        Assert.DoesNotContain("HTTP/1.1 200", process.Output, StringComparison.Ordinal);
        // Beyond 100 KiB OpenSSL does not even read them.
        await metrics.WaitForAsync(Failures, ("error.type", count > 100 ? "handshake" : "chain"));
        Assert.True((await Attempt.MakeAsync(await shared.CallerAsync(), app.Mesh.Port)).IsServed);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_issuer_that_a_leaf_points_to_is_never_fetched(bool isChainComplete)
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        await using var app = await shared.ServeAsync(_service);
        var leaf = shared.Authority.IssueIntermediate().IssueLeaf("web", o => o.IssuerUrl = $"http://{canary.LocalEndpoint}/issuer.crt");

        var attempt = await Attempt.MakeAsync(MeshCaller.From(isChainComplete ? leaf : leaf.With(), shared.Authority), app.Mesh.Port);

        Assert.True(isChainComplete ? attempt.IsServed : attempt.IsRefused, attempt.Received);
        Assert.InRange(attempt.Took, TimeSpan.Zero, Soon);
        Assert.False(canary.Pending());
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private OpenSsl Play(TestCaLeaf leaf) => OpenSsl.Play(leaf, shared.Authority);
}
