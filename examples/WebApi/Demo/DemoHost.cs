using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ConsulConnect;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WebApi.Demo;

/// <summary>Opens a plain port for each demo caller as soon as the app is in the mesh, and says what to try, or tries it itself.</summary>
internal sealed class DemoHost(bool isTour, ConnectService service, DemoAgent agent, IServer server, IHostApplicationLifetime lifetime, IHostEnvironment environment) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, lifetime.ApplicationStarted), Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken));
        if (stoppingToken.IsCancellationRequested || MeshEndpoint() is not { } mesh)
            return;
        try
        {
            await RunAsync(mesh, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or JsonException or CryptographicException)
        {
            Console.WriteLine($"The demo does not work with the agent at {agent.Address}: {e.Message}");
            if (isTour)
                End(success: false);
        }
    }

    private async Task RunAsync(IPEndPoint mesh, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (isTour)
            patience.CancelAfter(Tour.Patience);
        await service.WaitUntilReadyAsync(patience.Token);
        await using var web = new CallerPort("web", service.Name, agent, mesh);
        await using var reports = new CallerPort("reports", service.Name, agent, mesh);
        await using var intruder = new CallerPort("intruder", service.Name, agent, mesh);
        var intentions = new DemoIntentions(agent, service.Name);
        await intentions.ProposeAsync("web", allowed: true, patience.Token);
        await intentions.ProposeAsync("intruder", allowed: false, patience.Token);
        var perRequest = await intentions.TryProposeAllButAsync("reports", "/admin", patience.Token) ? reports : null;
        if (isTour)
        {
            End(await new Tour(agent, intentions, web, perRequest, intruder).RunAsync(patience.Token));
            return;
        }

        Console.WriteLine(await new Leaflet(agent, intentions, service.Name, environment.ContentRootPath).WriteAsync(web, perRequest, intruder, stop));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    }

    private void End(bool success)
    {
        Environment.ExitCode = success ? 0 : 1;
        lifetime.StopApplication();
    }

    // None under a test server.
    private IPEndPoint? MeshEndpoint()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.FirstOrDefault(address => address.StartsWith("https://", StringComparison.Ordinal)) is not { } found)
            return null;
        var url = BindingAddress.Parse(found);
        var isSpecific = IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);
        return new(isSpecific ? ip! : IPAddress.Loopback, url.Port);
    }
}
