using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
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
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Mesh = EndPoint(addresses, "https");
        Local = EndPoint(addresses, "http");
    }

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
    public static async Task<MeshApp> StartAsync(string service, IEnumerable<KeyValuePair<string, string?>> settings, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, Action<WebApplicationBuilder>? before = null)
    {
        var logs = new ExpectedLogs();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Kestrel:Endpoints:Connect:Url", "https://127.0.0.1:0"),
            new("Kestrel:Endpoints:Local:Url", "http://127.0.0.1:0"),
            new("Consul:Connect:Service", service),
            .. settings,
        ]);
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

    /// <summary>Takes the endpoints away that an app started here has by configuration.</summary>
    public static void RemoveEndpoints(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var source in builder.Configuration.Sources.OfType<MemoryConfigurationSource>().ToList())
        {
            builder.Configuration.Sources.Remove(source);
            builder.Configuration.AddInMemoryCollection(source.InitialData?.Where(setting => !setting.Key.StartsWith("Kestrel:Endpoints:", StringComparison.Ordinal)));
        }
    }

    /// <summary>Waits until callers can be served, and says what is missing when that takes longer than <paramref name="within"/>.</summary>
    public async Task<MeshApp> ReadyAsync(TimeSpan? within = null)
    {
        using var timeout = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        await Service.WaitUntilReadyAsync(timeout.Token);
        return this;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Logs.Dispose();
    }

    private static IPEndPoint EndPoint(IEnumerable<string> addresses, string scheme)
    {
        var address = addresses.Select(BindingAddress.Parse).FirstOrDefault(a => a.Scheme == scheme);
        return address is null ? new(IPAddress.None, 0) : IPEndPoint.Parse($"{address.Host}:{address.Port}");
    }
}
