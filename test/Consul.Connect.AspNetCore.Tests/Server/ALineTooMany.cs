using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Server;

public sealed class ALineTooMany : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    [Trait("Case", "CFG-017")]
    public async Task Our_line_twice_is_our_line_once()
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder => builder.WebHost.UseConsulConnect().UseConsulConnect());
        await app.ReadyAsync();

        using var client = _identity.Caller().CreateHttpsClient(app.Mesh.Port);
        Assert.EndsWith("/svc/web", await client.GetStringAsync("/whoami"));
        Assert.Single(app.Logs.Entries, entry => entry is { Category: "ConsulConnect", Event.Name: "Started" });
        Assert.Single(app.Services.GetServices<IStartupFilter>(), filter => filter.GetType().Assembly == typeof(ConnectService).Assembly);
        Assert.Single(app.Services.GetServices<IHostedService>(), hosted => hosted.GetType().Assembly == typeof(ConnectService).Assembly);
    }

    [Fact]
    public async Task Code_of_every_call_is_heard()
    {
        await using var app = await MeshApp.StartAsync("orders", _identity.Settings, builder => builder.WebHost
            .UseConsulConnect(options => options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(1))
            .UseConsulConnect(options => options.Connect.MaxConcurrentHandshakes = 7));

        Assert.Equal((TimeSpan.FromSeconds(1), 7), (app.Service.Options.Connect.HandshakeTimeout, app.Service.Options.Connect.MaxConcurrentHandshakes));
    }

    [Fact]
    public async Task A_worker_has_an_identity_without_a_server()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders")]);
        builder.Services.AddConsulConnect().AddConsulConnect();
        using var host = builder.Build();
        await host.StartAsync();

        var service = host.Services.GetRequiredService<ConnectService>();
        await service.WaitUntilReadyAsync();
        Assert.Equal(("orders", true), (service.Name, service.IsReady));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_server_that_cannot_verify_callers_is_a_start_fault()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection([.. _identity.Settings, new("Consul:Connect:Service", "orders")]);
        builder.WebHost.UseKestrelCore().UseConsulConnect();
        builder.Services.Replace(ServiceDescriptor.Singleton<IServer, OtherServer>());
        await using var app = builder.Build();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("UseConsulConnect() needs Kestrel", fault.Message);
    }

    private sealed class OtherServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
