using System.Net;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace ConsulConnect.Tests.Server;

/// <summary>Kestrel's TLS steps aside where a connection claims to have TLS; then nobody has verified the caller it shows.</summary>
public sealed class AConnectionWithoutOurVerdict : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Is_closed_whatever_certificate_it_shows()
    {
        var shown = new Shown(_identity.Authority.IssueLeaf("web").Certificate);
        await using var app = await (await MeshApp.StartAsync("orders", _identity.Settings,
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                listener.Use(next => connection =>
                {
                    connection.Features.Set<ITlsConnectionFeature>(shown);
                    return next(connection);
                });
                listener.UseConsulConnect();
            })),
            endpoints: false)).ReadyAsync();
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://{app.Mesh}/whoami"));
    }

    private sealed class Shown(X509Certificate2 certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
