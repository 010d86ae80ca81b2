using System.Net;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>
/// The moment the service is ready: one line for the operator, and the entry into the catalog, not earlier, because callers that
/// find it there must be served. What keeps it from being ready is for the loops to say.
/// </summary>
internal sealed class MeshEntry(ConnectService service, ILogger logger) : IAsyncDisposable
{
    // Never disposed, so that leaving twice is leaving once; without a timer it holds nothing.
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    /// <param name="endpoints">Where the mesh is served, for the line.</param>
    /// <param name="reachable">Where callers dial; null when nothing is registered.</param>
    public void Start(string endpoints, IPEndPoint? reachable) => _run = RunAsync(endpoints, reachable);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    private async Task RunAsync(string endpoints, IPEndPoint? reachable)
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
            Log.Started(logger, service.Name, credentials.Self.SpiffeId, endpoints, service.Link is { } link ? $"{link.Client.Address} (from {service.Options.Origins.Address})" : "none", service.Options.Connect.Authorization.Provider, service.Authorizer.DefaultPolicy);
        if (reachable is not null)
            service.Registrar?.Start(() => reachable);
    }
}
