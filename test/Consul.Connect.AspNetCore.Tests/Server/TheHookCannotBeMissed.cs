using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Server;

/// <summary>Every way in which the mesh's address could be served without the mesh's rules ends the start.</summary>
public sealed class TheHookCannotBeMissed : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Another_action_for_the_endpoint_is_a_start_fault() =>
        Assert.Contains("Kestrel:Endpoints:Connect cannot be the mesh's, because the mesh's settings did not reach it", await FaultAsync(builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigurationLoader!.Endpoint("Connect", _ => { }))));

    [Fact]
    public async Task Another_configuration_of_Kestrel_is_a_start_fault() =>
        Assert.Contains("Kestrel:Endpoints:Connect cannot be the mesh's, because the mesh's settings did not reach it", await FaultAsync(builder =>
            builder.WebHost.ConfigureKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel")))));

    [Fact]
    public async Task Another_configuration_of_Kestrel_after_everything_else_is_a_start_fault() =>
        Assert.Contains("Kestrel:Endpoints:Connect cannot be the mesh's, because the mesh's settings did not reach it", await FaultAsync(builder =>
        {
            // It would serve the mesh's endpoint with the app's certificate, and let in callers without any.
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _identity.Authority.IssueLeaf("other").Certificate));
            builder.Services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>>(new PostConfigureOptions<KestrelServerOptions>(
                Options.DefaultName,
                kestrel => kestrel.Configure(builder.Configuration.GetSection("Kestrel"))));
        }));

    [Fact]
    public async Task An_empty_configuration_of_Kestrel_is_a_start_fault() =>
        Assert.Contains("Kestrel:Endpoints:Connect cannot be the mesh's", await FaultAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Configure())));

    [Fact]
    public async Task A_host_that_does_not_start_the_loops_is_a_start_fault()
    {
#pragma warning disable ASPDEPR004, ASPDEPR008 // The host that must not be used is the subject.
        using var host = new WebHostBuilder()
            .UseConfiguration(new ConfigurationBuilder().AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders")]).Build())
            .UseKestrel().UseConsulConnect().Configure(_ => { }).Build();
#pragma warning restore ASPDEPR004, ASPDEPR008

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("UseConsulConnect() needs the generic host", fault.Message);
    }

    [Fact]
    public async Task TLS_by_endpoint_defaults_is_a_start_fault() =>
        Assert.Contains("already has TLS from another UseHttps", await FaultAsync(builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listener => listener.UseHttps(_identity.Authority.IssueLeaf("other").Certificate)))));

    [Fact]
    public async Task TLS_on_the_listener_before_ours_is_a_start_fault() =>
        Assert.Contains("already has TLS from another UseHttps", await FaultAsync(builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(5001, listener => listener.UseHttps(_identity.Authority.IssueLeaf("other").Certificate).UseConsulConnect()))));

    [Fact]
    [Trait("Case", "CFG-011")]
    [Trait("Case", "CFG-013")]
    public async Task Defaults_for_HTTPS_change_nothing_on_the_mesh_endpoint()
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = _identity.Authority.IssueLeaf("other").Certificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        await app.ReadyAsync();

        using var nobody = (_identity.Caller() with { Certificate = null }).CreateHttpsClient(app.Mesh.Port);
        await Assert.ThrowsAsync<HttpRequestException>(() => nobody.GetStringAsync("/whoami"));
        using var stranger = MeshCaller.From(TestCa.Create().IssueLeaf("web"), _identity.Authority).CreateHttpsClient(app.Mesh.Port);
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetStringAsync("/whoami"));
        using var web = (_identity.Caller() with { ExpectedUri = $"spiffe://{TestCa.DefaultTrustDomain}/ns/default/dc/dc1/svc/orders" }).CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await web.GetStringAsync("/whoami"));
    }

    [Fact]
    public async Task Preferring_the_hosting_addresses_is_a_start_fault_that_shows_what_to_write()
    {
        var message = await FaultAsync(builder => builder.WebHost.UseUrls("http://127.0.0.1:0").PreferHostingUrls(true), endpoints: false);

        Assert.Contains("PreferHostingUrls is on", message);
        Assert.Contains("""{ "Kestrel": { "Endpoints": { "Connect": { "Url": "https://*:8443" }, "Local": { "Url": "http://127.0.0.1:0" } } } }""", message);
    }

    [Fact]
    public async Task Preferring_the_hosting_addresses_over_a_configured_mesh_endpoint_is_a_start_fault() =>
        Assert.Contains("PreferHostingUrls is on", await FaultAsync(builder => builder.WebHost.UseUrls("http://127.0.0.1:0").PreferHostingUrls(true)));

    [Theory]
    [InlineData("Certificate:Path", "/tmp/some.pfx", "Kestrel:Endpoints:Connect:Certificate is set")]
    [InlineData("Sni:example.com:Certificate:Path", "/tmp/some.pfx", "Kestrel:Endpoints:Connect:Sni is set")]
    [InlineData("ClientCertificateMode", "AllowCertificate", "Kestrel:Endpoints:Connect:ClientCertificateMode is set")]
    [InlineData("Protocols", "Http1AndHttp2AndHttp3", "HTTP/3 would bypass the mesh's TLS and authorization")]
    [InlineData("Protocols", "Http3", "HTTP/3 would bypass the mesh's TLS and authorization")]
    [InlineData("SslProtocols:0", "Tls11", "the mesh speaks TLS 1.2 and 1.3")]
    [InlineData("Url", "http://127.0.0.1:0", "the mesh speaks TLS only")]
    [Trait("Case", "CFG-011")]
    [Trait("Case", "CFG-012")]
    [Trait("Case", "CFG-013")]
    public async Task A_setting_that_contradicts_the_mesh_is_a_start_fault(string key, string value, string message) =>
        Assert.Contains(message, await FaultAsync(builder => builder.Configuration[$"Kestrel:Endpoints:Connect:{key}"] = value));

    [Fact]
    [Trait("Case", "CFG-012")]
    public async Task HTTP_3_switched_on_after_us_is_a_start_fault() =>
        Assert.Contains("asks for HTTP/3", await FaultAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(5001, listener =>
        {
            listener.UseConsulConnect();
            listener.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
        }))));

    [Fact]
    public async Task HTTP_3_as_an_endpoint_default_is_cleared()
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listener => listener.Protocols = HttpProtocols.Http1AndHttp2AndHttp3)));
        app.Logs.Expect("Http2DisabledWithHttp1AndNoTls").Expect("Http3DisabledWithHttp1AndNoTls");
        using var client = _identity.Caller().CreateHttpsClient((await app.ReadyAsync()).Mesh.Port);

        Assert.Equal($"spiffe://{TestCa.DefaultTrustDomain}/ns/default/dc/dc1/svc/web", await client.GetStringAsync("/whoami"));
    }

    [Fact]
    public async Task A_listener_of_an_app_without_our_line_is_a_start_fault()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenLocalhost(5001, listener => listener.UseConsulConnect()));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var app = builder.Build();
            await app.StartAsync();
        });
        Assert.Contains("call builder.WebHost.UseConsulConnect() first", fault.Message);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("example.com", "*")]
    [InlineData("[::]")]
    [InlineData("0.0.0.0")]
    public async Task Allowed_hosts_that_allow_any_are_none(params string[] allowed)
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder => builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = allowed));

        await app.ReadyAsync();
    }

    [Fact]
    public async Task Allowed_hosts_beside_a_mesh_endpoint_are_a_start_fault() =>
        Assert.Contains("AllowedHosts is example.com", await FaultAsync(builder =>
            builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["example.com"])));

    private async Task<string> FaultAsync(Action<WebApplicationBuilder> configure, bool endpoints = true)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var app = await MeshApp.StartAsync("orders", _identity.Settings, configure, endpoints: endpoints);
        });
        // Kestrel wraps what is thrown while it binds.
        return fault is InvalidOperationException ? fault.Message : fault.ToString();
    }
}
