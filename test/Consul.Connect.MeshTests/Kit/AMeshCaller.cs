using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests.Kit;

/// <summary>Against plain Kestrel with a mesh certificate that takes any client certificate.</summary>
public sealed class AMeshCaller : IAsyncLifetime
{
    private const string Sni = "web.default.dc1.internal.test.consul";

    private readonly TestCa _ca = TestCa.Create();
    private WebApplication _app = null!;
    private int _port;

    private MeshCaller Caller => MeshCaller.From(_ca.IssueLeaf("client"), _ca);

    [Fact]
    public async Task It_shows_its_certificate_and_believes_the_server()
    {
        using var http = (Caller with { ExpectedUri = Uri("web") }).CreateClient(_port);
        Assert.Equal($"{Uri("client")} HTTP/1.1 127.0.0.1:{_port}   Tls13", await http.GetStringAsync("/"));
    }

    [Fact]
    public async Task It_does_not_believe_another_identity_or_another_CA()
    {
        await Assert.ThrowsAsync<AuthenticationException>(() => (Caller with { ExpectedUri = Uri("billing") }).OpenTlsAsync(_port));
        await Assert.ThrowsAsync<AuthenticationException>(() => (Caller with { Roots = [TestCa.Create().Certificate] }).OpenTlsAsync(_port));
    }

    [Fact]
    public async Task It_can_have_no_certificate()
    {
        using var http = (Caller with { Certificate = null }).CreateClient(_port);
        Assert.StartsWith(" HTTP/1.1", await http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "HTTP/1.1 127.0.0.1:9191")]
    [InlineData("http/1.1", "HTTP/1.1 127.0.0.1:9191")]
    [InlineData("h2", "HTTP/2 127.0.0.1:9191")]
    public async Task It_can_behave_as_a_sidecar(string? alpn, string expected)
    {
        var caller = Caller.AsSidecar(Sni, alpn is null ? null : new SslApplicationProtocol(alpn));
        using var http = caller.CreateClient(_port);
        Assert.Equal($"{Uri("client")} {expected} {Sni} {alpn} Tls12", await http.GetStringAsync("/"));
        await using var tls = await caller.OpenTlsAsync(_port);
        Assert.Equal(MeshCaller.SidecarCipherSuite, tls.NegotiatedCipherSuite);
    }

    [Fact]
    public async Task It_can_be_the_client_of_dotnet()
    {
        using var http = (Caller with { HttpVersion = HttpVersion.Version20 }).CreateHttpsClient(_port);
        Assert.Equal($"{Uri("client")} HTTP/2 127.0.0.1:{_port}  h2 Tls13", await http.GetStringAsync("/"));
    }

    [SkippableFact]
    public async Task It_can_hold_what_a_real_agent_issues()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var identity = await agent.IssueLeafAsync("client");
        using var http = (MeshCaller.From(identity) with { Roots = [_ca.Certificate] }).CreateClient(_port);
        Assert.StartsWith(identity.Uri, await http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // So that :scheme http is taken on TLS.
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_ca.IssueLeaf("web").Certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            }));
        });
        _app = builder.Build();
        _app.Run(context =>
        {
            var tls = context.Features.Get<ISslStreamFeature>()!.SslStream;
            var caller = context.Connection.ClientCertificate is { } shown ? MeshNames.UriNames(shown)[0] : "";
            return context.Response.WriteAsync($"{caller} {context.Request.Protocol} {context.Request.Host} {tls.TargetHostName} {tls.NegotiatedApplicationProtocol} {tls.SslProtocol}");
        });
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    private string Uri(string service) => $"spiffe://{_ca.TrustDomain}/ns/default/dc/dc1/svc/{service}";
}
