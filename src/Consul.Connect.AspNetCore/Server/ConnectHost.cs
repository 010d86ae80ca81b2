using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>Ties the identity to the host's life: watches from the first moment, in the catalog only after the listener accepts, out of it before it stops.</summary>
internal sealed class ConnectHost(ConnectService service, IServiceProvider services, ILoggerFactory loggers) : IHostedLifecycleService
{
    private bool _idle;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _idle = services.GetService<IServer>() is { } server && MeshServer.IsInMemory(server);
        if (_idle)
            Log.UnderTestServer(loggers.CreateLogger("ConsulConnect"));
        else
            service.Start();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_idle)
            return Task.CompletedTask;
        var listeners = services.GetService<MeshListeners>();
        if (listeners is not { Any: true } && service.Registrar is not null)
            Log.NothingToRegister(loggers.CreateLogger("ConsulConnect"), service.Name);
        service.EnterMesh(listeners?.Display ?? "no listener", listeners is { Any: true } && service.Registrar is not null ? Reachable(listeners) : null);
        return Task.CompletedTask;
    }

    private IPEndPoint Reachable(MeshListeners listeners) => listeners.Bound switch
    {
        { } bound => bound,
        null when service.Options.Service is { Address: not null, Port: > 0 } explicitly => new(IPAddress.Any, explicitly.Port),
        null => throw new InvalidOperationException($"The mesh is served at {listeners.Display}, which callers cannot dial; set Consul:Service:Address and Consul:Service:Port to where they can."),
    };

    public Task StoppingAsync(CancellationToken cancellationToken) => _idle ? Task.CompletedTask : service.LeaveCatalogAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
