using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Server;

/// <summary>An app that names no mesh endpoint gets one beside its own addresses. The only tests that bind a fixed port, one after the other.</summary>
public sealed class TheAppKeepsItsAddresses : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData(nameof(WebApplication.CreateBuilder))]
    [InlineData(nameof(WebApplication.CreateSlimBuilder))]
    public async Task An_app_with_our_one_line_answers_where_it_did_and_serves_the_mesh_on_8443(string kind)
    {
        using var logs = new ExpectedLogs();
        string[] arguments = ["--urls", "http://127.0.0.1:0"];
        var builder = kind == nameof(WebApplication.CreateBuilder) ? WebApplication.CreateBuilder(arguments) : WebApplication.CreateSlimBuilder(arguments);
        builder.Configuration.AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders")]);
        builder.Logging.AddExpectedLogs(logs);
        builder.WebHost.UseConsulConnect();
        await using var app = builder.Build();
        app.MapGet("/", () => "hello");
        await app.StartAsync();
        await app.Services.GetRequiredService<ConnectService>().WaitUntilReadyAsync();

        using var plain = new HttpClient();
        Assert.Equal("hello", await plain.GetStringAsync(app.Urls.Single(url => url.StartsWith("http://", StringComparison.Ordinal))));
        using var mesh = _identity.Caller().CreateHttpsClient(8443);
        Assert.Equal("hello", await mesh.GetStringAsync("/"));
        await app.StopAsync();
    }

    [Fact]
    public async Task An_app_with_a_Startup_class_is_served_too()
    {
        using var host = Host.CreateDefaultBuilder()
            .ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders"), new("Kestrel:Endpoints:Local:Url", "http://127.0.0.1:0")]))
            .ConfigureWebHostDefaults(web => web.UseConsulConnect().UseStartup<Startup>())
            .Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<ConnectService>().WaitUntilReadyAsync();

        using var mesh = _identity.Caller().CreateHttpsClient(8443);
        Assert.Equal("from the startup class", await mesh.GetStringAsync("/"));
        await host.StopAsync();
    }

    [Fact]
    public void Without_a_name_the_app_does_not_start_and_says_what_to_write()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseConsulConnect();

        var fault = Assert.ThrowsAny<OptionsValidationException>(() => builder.Build());
        Assert.Contains("""Consul:Service:Name is not set; callers and intentions know this app by it; add "Consul": { "Service": { "Name": "orders" } } to appsettings.json.""", fault.Message);
    }

    [Fact]
    public async Task An_address_that_cannot_be_kept_is_a_start_fault_that_shows_what_to_write()
    {
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0/base"]);
        builder.Configuration.AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders")]);
        builder.WebHost.UseConsulConnect();
        await using var app = builder.Build();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("The address http://127.0.0.1:0/base cannot be kept beside the mesh's.", fault.Message);
    }

    [Fact]
    public async Task A_listener_from_code_takes_the_place_of_8443()
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder =>
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseConsulConnect());
            }), endpoints: false);
        await app.ReadyAsync();

        Assert.NotEqual(8443, app.Mesh.Port);
        using var mesh = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await mesh.GetStringAsync("/whoami"));
        using var plain = new HttpClient();
        Assert.Equal("nobody", await plain.GetStringAsync($"http://{app.Local}/whoami"));
    }

    private sealed class Startup
    {
        public static void Configure(IApplicationBuilder app) => app.Run(context => context.Response.WriteAsync("from the startup class"));
    }
}
