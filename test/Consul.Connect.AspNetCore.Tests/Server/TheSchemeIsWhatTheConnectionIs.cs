using System.Net;
using System.Net.Security;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Server;

public sealed class TheSchemeIsWhatTheConnectionIs : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task A_mesh_request_that_says_http_inside_TLS_is_https()
    {
        await using var app = await StartAsync();
        // As the built-in proxy carries a client's cleartext HTTP/2.
        using var client = (_identity.Caller() with { Alpn = [SslApplicationProtocol.Http2], HttpVersion = HttpVersion.Version20 }).CreateClient(app.Mesh.Port);

        Assert.Equal("https", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task HTTP_1_on_a_connection_that_agreed_to_h2_is_served()
    {
        await using var app = await StartAsync();
        using var client = (_identity.Caller() with { Alpn = [SslApplicationProtocol.Http2] }).CreateClient(app.Mesh.Port);

        Assert.Equal("https", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Elsewhere_a_request_whose_scheme_is_not_the_connections_is_refused()
    {
        var certificate = _identity.Authority.IssueLeaf("site").Certificate;
        await using var app = await StartAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(certificate))));
        var port = app.Addresses.Where(url => url.StartsWith("https://", StringComparison.Ordinal)).Select(url => new Uri(url).Port).Single(https => https != app.Mesh.Port);
        var caller = _identity.Caller() with { Certificate = null, Alpn = [SslApplicationProtocol.Http2], HttpVersion = HttpVersion.Version20 };
        using var honest = caller.CreateHttpsClient(port);
        using var lying = caller.CreateClient(port);

        Assert.Equal("https", await honest.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.BadRequest, (await lying.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task HTTPS_redirection_lets_local_requests_be_and_never_points_at_the_mesh()
    {
        await using var app = await StartAsync(map: app =>
        {
            app.UseHttpsRedirection();
            app.Run(context => context.Response.WriteAsync(context.Request.Scheme));
        });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        Assert.Equal("http", await client.GetStringAsync($"http://{app.Local}/"));
        using var mesh = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.Equal("https", await mesh.GetStringAsync("/"));
    }

    [Fact]
    public async Task HTTPS_redirection_still_points_at_the_apps_own_port()
    {
        var certificate = _identity.Authority.IssueLeaf("other").Certificate;
        await using var app = await StartAsync(
            builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 5443, listener => listener.UseHttps(certificate)));
            },
            app =>
            {
                app.UseHttpsRedirection();
                app.Run(context => context.Response.WriteAsync(context.Request.Scheme));
            });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        var response = await client.GetAsync($"http://127.0.0.1:{app.Local.Port}/path");

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal("https://127.0.0.1:5443/path", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_pipeline_of_the_template_serves_a_sidecar_with_its_own_Host()
    {
        await using var app = await StartAsync(
            builder => builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["*"]).AddHttpsRedirection(_ => { }).AddAuthorization(),
            app =>
            {
                app.UseHostFiltering();
                app.UseHttpsRedirection();
                app.UseAuthorization();
                app.MapGet("/", (HttpContext context) => $"{context.Request.Scheme} {context.Request.Host}");
            });
        using var client = _identity.Caller().AsSidecar("orders.default.dc1.internal." + TestCa.DefaultTrustDomain, SslApplicationProtocol.Http11).CreateClient(app.Mesh.Port);

        Assert.Equal("https 127.0.0.1:9191", await client.GetStringAsync("/"));
    }

    private async Task<MeshApp> StartAsync(Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null) =>
        await (await MeshApp.StartAsync("orders", _identity.Settings, configure, map ?? (app => app.Run(context => context.Response.WriteAsync(context.Request.Scheme))))).ReadyAsync();
}
