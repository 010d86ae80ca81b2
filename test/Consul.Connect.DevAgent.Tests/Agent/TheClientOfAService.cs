using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.DevAgent.Tests.Agent;

public sealed class TheClientOfAService
{
    [Fact]
    public async Task It_presents_the_services_leaf_and_trusts_the_mesh()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var leaf = await agent.IssueLeafAsync("orders");
        await using var server = await StartServerAsync(leaf);
        using var web = agent.CreateHttpClient("web");
        var uri = await web.GetStringAsync(AddressOf(server));
        Assert.Equal($"spiffe://{agent.TrustDomain}/ns/default/dc/dc1/svc/web HTTP/1.1", uri);
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(server)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var second = await web.SendAsync(request);
        Assert.EndsWith("HTTP/2", await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task It_refuses_a_server_of_another_mesh()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await using var other = await ConsulDevAgent.StartAsync();
        using var leaf = await other.IssueLeafAsync("orders");
        await using var server = await StartServerAsync(leaf);
        using var web = agent.CreateHttpClient("web");
        await Assert.ThrowsAsync<HttpRequestException>(() => web.GetStringAsync(AddressOf(server)));
    }

    [Fact]
    public async Task It_follows_a_rotation_with_its_next_connection()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { LeafRootChangeSpread = TimeSpan.Zero });
        using var web = agent.CreateHttpClient("web");
        await agent.RotateRootAsync(removeOld: true);
        using var leaf = await agent.IssueLeafAsync("orders");
        await using var server = await StartServerAsync(leaf);
        Assert.StartsWith("spiffe://", await web.GetStringAsync(AddressOf(server)));
    }

    private static async Task<WebApplication> StartServerAsync(ConsulDevLeaf leaf)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        var context = SslStreamCertificateContext.Create(leaf.Certificate, leaf.Intermediates, offline: true);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(leaf.Roots);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = context, ClientCertificateRequired = true, CertificateChainPolicy = policy }),
            });
        }));
        var app = builder.Build();
        app.Run(http => http.Response.WriteAsync($"{UriOf(http.Features.Get<ITlsConnectionFeature>()!.ClientCertificate!)} {http.Request.Protocol}"));
        await app.StartAsync();
        return app;
    }

    private static Uri AddressOf(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static string UriOf(X509Certificate2 certificate) => System.Text.Encoding.ASCII.GetString(certificate.Extensions.Single(one => one.Oid!.Value == "2.5.29.17").RawData.AsSpan(4));
}
