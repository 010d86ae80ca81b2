using System.Net;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>
/// Keeps this app in the catalog while it serves: registers, follows the entry, and registers again when the agent no longer knows
/// it or the token or a TLS file has changed. What the agent answers to a failed attempt is said by the watch, whose pace the next one follows.
/// </summary>
internal sealed class ServiceRegistrar(AgentLink link, ConsulConnectOptions options, IReadiness readiness) : IAsyncDisposable
{
    /// <summary>A stop waits for an agent no longer than this.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private ServiceRegistration? _entry;
    private AgentWatch<RegisteredService>? _watch;
    private CancellationToken? _credentials;
    private volatile bool _registered;
    private bool _attempted;
    private int _stopped;

    /// <summary>Whether it has begun.</summary>
    public bool IsStarted => _watch is not null;

    /// <summary>Whether the agent has the entry, as far as it has said.</summary>
    public bool IsRegistered => _registered;

    /// <summary>Why it has not, or cannot be followed; null when all is well. Fit for a message.</summary>
    public string? LastError => _watch?.LastError;

    /// <param name="listener">Where the mesh listener is bound at the moment; null where that is no address to dial, and then the definition says it.</param>
    public void Start(Func<IPEndPoint?> listener)
    {
        if (_watch is not null)
            throw new InvalidOperationException("The registration has been started already.");
        _ = readiness;
        _entry = CatalogEntry.From(options, listener() ?? new(IPAddress.Any, options.Service!.Port));
        _watch = new("registration", FollowAsync, _ => null, link) { WhenMissing = RegisterForgottenAsync };
        _watch.Start();
    }

    /// <summary>The definition has changed in the configuration.</summary>
    public void Redefine(ConsulServiceOptions definition) => throw new NotSupportedException(definition.Name);

    /// <summary>Until the agent has the entry.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Takes the entry out of the catalog, or puts it in maintenance, bounded to 2 s.</summary>
    /// <returns>Whether callers may have found it until now.</returns>
    public async Task<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0 || _watch is null)
            return false;
        await _watch.DisposeAsync();
        // An attempt without an answer may have reached the agent.
        if (_attempted)
            await DeregisterAsync(_entry!, cancellationToken);
        return _attempted;
    }

    public async ValueTask DisposeAsync() => await LeaveAsync(CancellationToken.None);

    private async Task<AgentAnswer<RegisteredService>> FollowAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        // The agent keeps the entry in the catalog with the token it was registered with, so a new one must be handed over.
        if (_credentials != link.Client.Changed)
        {
            var first = _credentials is null;
            await RegisterAsync(cancellationToken);
            if (first)
                Log.Registered(link.Logger, _entry!.Name, _entry.Id, _entry.Address ?? "the address of the node", _entry.Port);
            else
                Log.RegisteredAgain(link.Logger, _entry!.Name, _entry.Id, "the token or a file in Consul:Tls has changed");
        }

        return await link.Client.GetServiceAsync(_entry!.Id, query, cancellationToken);
    }

    private async Task RegisterForgottenAsync(CancellationToken cancellationToken)
    {
        _registered = false;
        await RegisterAsync(cancellationToken);
        Log.RegisteredAgain(link.Logger, _entry!.Name, _entry.Id, "the agent no longer knew it");
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var credentials = link.Client.Changed;
        _attempted = true;
        await link.Client.RegisterServiceAsync(_entry!, cancellationToken);
        (_registered, _credentials) = (true, credentials);
    }

    private async Task DeregisterAsync(ServiceRegistration entry, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StopLimit, link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await link.Client.DeregisterServiceAsync(entry.Id, either.Token).WaitAsync(either.Token);
            _registered = false;
            Log.Deregistered(link.Logger, entry.Name, entry.Id);
        }
        catch (AgentException failure)
        {
            Log.DeregistrationFailed(link.Logger, entry.Name, entry.Id, failure.Message);
        }
        catch (OperationCanceledException)
        {
            Log.DeregistrationFailed(link.Logger, entry.Name, entry.Id, "the agent did not answer in time");
        }
    }
}
