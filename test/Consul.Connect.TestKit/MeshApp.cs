using System.Net;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.TestKit;

/// <summary>
/// A real app in the mesh: Kestrel on ports of the system's choice, our one line, and what a test wants to see of it.
/// Disposal fails on any unannounced warning and on any secret in its logs.
/// </summary>
public sealed class MeshApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MeshApp(WebApplication app, ExpectedLogs logs)
    {
        _app = app;
        Logs = logs;
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        Mesh = app.Services.GetRequiredService<ServedIdentity>().Listeners.Bound ?? new(IPAddress.None, 0);
        Local = Addresses.FirstOrDefault(address => address.StartsWith("http://", StringComparison.Ordinal)) is { } local ? IPEndPoint.Parse(new Uri(local).Authority) : new(IPAddress.None, 0);
    }

    /// <summary>All addresses, as bound.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>Where mesh callers connect.</summary>
    public IPEndPoint Mesh { get; }

    /// <summary>The plain local endpoint.</summary>
    public IPEndPoint Local { get; }

    public ExpectedLogs Logs { get; }

    public ConnectService Service => _app.Services.GetRequiredService<ConnectService>();

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts an app that serves the mesh as <paramref name="service"/>; it need not be ready.</summary>
    /// <param name="settings">Configuration on top, such as <c>["Consul:Address"] = agent.Address</c>.</param>
    /// <param name="configure">Runs after our line.</param>
    /// <param name="map">The pipeline; null: <c>/whoami</c>.</param>
    /// <param name="before">Runs before our line.</param>
    /// <param name="endpoints">Whether the configuration names a mesh and a local endpoint, both on ports of the system's choice.</param>
    public static async Task<MeshApp> StartAsync(string service, IEnumerable<KeyValuePair<string, string?>> settings, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, Action<WebApplicationBuilder>? before = null, bool endpoints = true)
    {
        var logs = new ExpectedLogs();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production });
        if (endpoints)
        {
            builder.Configuration["Kestrel:Endpoints:Connect:Url"] = "https://127.0.0.1:0";
            builder.Configuration["Kestrel:Endpoints:Local:Url"] = "http://127.0.0.1:0";
        }

        builder.Configuration["Consul:Connect:Service"] = service;
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.WebHost.UseKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel"), reloadOnChange: true));
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddExpectedLogs(logs);
        before?.Invoke(builder);
        builder.WebHost.UseConsulConnect();
        configure?.Invoke(builder);
        var app = builder.Build();
        if (map is null)
            app.MapGet("/whoami", (HttpContext context) => context.Features.Get<IConnectPeerFeature>()?.Peer.SpiffeId ?? "nobody");
        map?.Invoke(app);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app, logs);
    }

    /// <summary>Waits until callers can be served, and says what is missing when that takes longer than <paramref name="within"/>.</summary>
    public async Task<MeshApp> ReadyAsync(TimeSpan? within = null)
    {
        using var timeout = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        await Service.WaitUntilReadyAsync(timeout.Token);
        return this;
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>As when the process dies: nobody listens any more, and every open connection is reset.</summary>
    public async Task KillAsync()
    {
        // Out of patience from the start, so that Kestrel aborts what it would let end.
        try
        {
            await _app.Services.GetRequiredService<IServer>().StopAsync(new(canceled: true));
        }
        catch (OperationCanceledException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Logs.Dispose();
    }
}
