using ConsulConnect.Configuration;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>What an operator reads at start: one line when the service is in the mesh, and one warning when that takes longer than a moment.</summary>
internal sealed class Announcer(ConnectService service, ReadResult configuration, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    public void Start(string endpoints)
    {
        foreach (var warning in configuration.Warnings)
            Log.ConfigurationWarning(logger, warning);
        foreach (var hint in configuration.Hints)
            Log.ConfigurationHint(logger, hint);
        _run = RunAsync(endpoints);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(string endpoints)
    {
        var agent = service.Link?.Client.Address ?? "none";
        var origin = service.Options.Origins.Address;
        try
        {
            var ready = service.WaitUntilReadyAsync(_stop.Token);
            try
            {
                await ready.WaitAsync(Patience, time);
            }
            catch (TimeoutException)
            {
                Log.NotReady(logger, service.Name, service.Missing, agent, origin);
                await ready;
            }

            if (service.Credentials.Current is { } credentials)
                Log.Started(logger, service.Name, credentials.Self.SpiffeId, endpoints, agent, origin, service.Options.Connect.Authorization.Provider, service.Authorizer.DefaultPolicy);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was ready; the warning has said why.
        }
    }
}
