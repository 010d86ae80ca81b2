using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>
/// The moment the service is ready: one line for the operator, and the entry into the catalog, not earlier, because callers that
/// find it there must be served. What keeps it from being ready is for the loops to say.
/// </summary>
internal sealed class MeshEntry(ConnectService service, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a start that must not fail in silence waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Never disposed, so that leaving twice is leaving once; without a timer it holds nothing.
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    /// <param name="endpoints">Where the mesh is served, for the line.</param>
    /// <param name="listener">Where it is bound at the moment; null when there is nothing callers could dial.</param>
    /// <exception cref="OptionsValidationException">The definition does not fit what is bound.</exception>
    public void Start(string endpoints, Func<IPEndPoint?>? listener)
    {
        if (listener is null && service.Registrar is not null)
            Log.NothingToRegister(logger, service.Name, service.Options.DefinitionPath);
        if (listener is not null)
            service.Registrar?.Check(listener);
        _run = RunAsync(endpoints, listener);
    }

    /// <summary>Until the service is ready, and in the catalog where it asks to be.</summary>
    /// <exception cref="InvalidOperationException">It is not within <see cref="Patience"/>; the message says what is missing.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await service.WaitUntilReadyAsync(either.Token);
            await _run.WaitAsync(either.Token);
            if (service.Registrar is { IsStarted: true } registrar)
                await registrar.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var missing = service.IsReady ? $"\"{service.Name}\" is not in the catalog: {service.Registrar?.LastError ?? "no answer yet"}." : e.Message;
            throw new InvalidOperationException($"{missing} Consul:Registration:FailFast makes the start fail after {Patience.TotalSeconds} s of that; without it the app starts, and joins the mesh when it can.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    private async Task RunAsync(string endpoints, Func<IPEndPoint?>? listener)
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
        if (listener is not null)
            service.Registrar?.Start(listener);
    }
}
