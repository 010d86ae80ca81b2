using ConsulConnect.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>
/// Ties the identities to the host's life: watches from the first moment, in the catalog only after the listener accepts, and out of it
/// while callers are still served.
/// </summary>
internal sealed class ConnectHost(ConnectServices identities, ConfigurationReload reload, IServiceProvider services, IOptions<HostOptions> host, ILoggerFactory loggers) : IHostedLifecycleService
{
    private bool _idle;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        ReadResult.Report(identities.All.Select(service => service.Configuration), loggers.CreateLogger("ConsulConnect"));
        _idle = services.GetService<IServer>() is { } server && MeshServer.IsInMemory(server);
        if (_idle)
        {
            Log.UnderTestServer(loggers.CreateLogger("ConsulConnect"));
            return Task.CompletedTask;
        }

        IdentitiesTogether.Check(identities.All, services.GetService<IConfiguration>());
        reload.Start();
        foreach (var served in services.GetService<ServedIdentities>()?.All ?? [])
            StopTime.Check(served.Service.Options.Registration, host.Value.ShutdownTimeout);
        foreach (var service in identities.All)
            service.Start();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_idle)
            return;
        foreach (var service in identities.All)
            Enter(service);
        await Task.WhenAll(identities.All.Where(service => service.Options.Registration.FailFast).Select(service => service.WaitUntilJoinedAsync(cancellationToken)));
    }

    /// <summary>All at once: each has the whole time of the stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => _idle ? Task.CompletedTask : Task.WhenAll(identities.All.Select(service => service.LeaveAsync(cancellationToken)));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Enter(ConnectService service)
    {
        var listeners = services.GetService<ServedIdentities>()?.All.FirstOrDefault(served => served.Service == service)?.Listeners;
        if (listeners is not { Any: true })
        {
            service.EnterMesh("no listener", listener: null);
            return;
        }

        service.EnterMesh(listeners.Display, () => listeners.Bound);
    }
}
