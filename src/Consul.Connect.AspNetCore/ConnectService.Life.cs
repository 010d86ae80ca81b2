using System.Net;
using ConsulConnect.Server;

namespace ConsulConnect;

// What a host does with it, in the order in which it does it.
public sealed partial class ConnectService
{
    internal void Start()
    {
        IsStarted = true;
        Connections.Start();
        Credentials.Start();
        Authorizer.Start();
        Upstreams.Start();
        _token?.Start();
    }

    /// <param name="endpoints">Where the mesh is served, for the start line.</param>
    /// <param name="listener">Where it is bound at the moment, and null where that is no address to dial; null itself when there is nothing callers could dial.</param>
    internal void EnterMesh(string endpoints, Func<IPEndPoint?>? listener)
    {
        _isServed = listener is not null;
        _entry.Start(endpoints, listener);
    }

    /// <summary>Until callers can find it and are served.</summary>
    /// <exception cref="InvalidOperationException">It is not so far within 10 s.</exception>
    internal Task WaitUntilJoinedAsync(CancellationToken cancellationToken) => _entry.WaitAsync(cancellationToken);

    /// <summary>
    /// Out of the catalog, then still serving until callers know, then a graceful end of what is open: while all of it is still served.
    /// </summary>
    internal async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var registration = Options.Registration;
        // What another registered, callers find until it has taken that back, perhaps only now.
        var wasFound = await LeaveCatalogAsync(cancellationToken) || (_isServed && !registration.Enabled);
        if (wasFound && registration.PropagationDelay > TimeSpan.Zero)
            await Task.Delay(registration.PropagationDelay, _time, cancellationToken);
        await new ConnectionDrain(Connections, _time).RunAsync(registration.DrainTime, cancellationToken);
    }

    private async Task<bool> LeaveCatalogAsync(CancellationToken cancellationToken)
    {
        await _entry.DisposeAsync();
        return Registrar is not null && await Registrar.LeaveAsync(cancellationToken);
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await LeaveCatalogAsync(CancellationToken.None);
        }
        finally
        {
            // Whatever went wrong before, no loop may go on.
            await Connections.DisposeAsync();
            await Outbound.DisposeAsync();
            await Task.WhenAll(new IAsyncDisposable?[] { Upstreams, Authorizer, Credentials, _token }.OfType<IAsyncDisposable>().Select(loop => loop.DisposeAsync().AsTask()));
            if (_client is not null)
                await _client.DisposeAsync();
            _metrics.Dispose();
        }
    }
}
