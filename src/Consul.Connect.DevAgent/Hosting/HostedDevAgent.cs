using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.DevAgent.Hosting;

/// <summary>The agent of one app: there before the app's other services start, and until the last of them has ended.</summary>
internal sealed class HostedDevAgent(AgentPlace place, IServiceProvider services, ILoggerFactory loggers) : IHostedLifecycleService, IAsyncDisposable
{
    private ConsulDevAgent? _agent;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IServer>() is { } server && IsInMemory(server))
            return;
        var log = new HostingLog(loggers.CreateLogger(AgentLog.Category));
        try
        {
            _agent = await ConsulDevAgent.StartAsync(new() { Port = place.Port, LoggerFactory = loggers, StartIsAnnounced = true }, cancellationToken);
        }
        catch (IOException) when (AgentPlace.IsAgent(place.Port))
        {
            // Two apps were started at once, and the other one was quicker.
            log.AnotherWasQuicker(place.Address);
            return;
        }

        if (place.IsFoundByDefault)
        {
            log.StartedForAll(place.Address);
        }
        else
        {
            log.StartedElsewhere(AgentPlace.ConsulsPort, place.Address);
            log.LineToPaste(_agent.Address.Authority);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_agent is { } agent)
            await agent.DisposeAsync();
    }

    // No network: a test server, or a tool that only reads the app's endpoints.
    private static bool IsInMemory(IServer server) => server.GetType().Assembly.GetName().Name is "Microsoft.AspNetCore.TestHost" or "GetDocument.Insider";
}
