using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>The one line an operator reads at start, when the service is in the mesh. What keeps it out is for the loops to say.</summary>
internal sealed class Announcer(ConnectService service, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    /// <param name="endpoints">Where the mesh is served.</param>
    public void Start(string endpoints) => _run = RunAsync(endpoints);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(string endpoints)
    {
        try
        {
            await service.WaitUntilReadyAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (service.Credentials.Current is { } credentials)
            Log.Started(logger, service.Name, credentials.Self.SpiffeId, endpoints, service.Link?.Client.Address ?? "none", service.Options.Origins.Address, service.Options.Connect.Authorization.Provider, service.Authorizer.DefaultPolicy);
    }
}
