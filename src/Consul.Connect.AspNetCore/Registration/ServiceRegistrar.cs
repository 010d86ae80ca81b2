using System.Net;
using ConsulConnect.Agent;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Registration;

/// <summary>
/// Keeps this app in the catalog while it serves. One loop registers; others look at the agent, and report the app's health, and wake
/// it when the agent has something else than it should have.
/// </summary>
internal sealed class ServiceRegistrar : IAsyncDisposable
{
    /// <summary>A stop waits for an agent no longer than this.</summary>
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    private readonly AgentLink _link;
    private readonly ConsulConnectOptions _options;
    private readonly PresentReadiness _readiness;
    private readonly CheckStatuses _statuses = new();
    private readonly HeldEntry _held;
    private readonly EntryFollower _entry;
    private readonly CheckFollower _checks;
    private readonly Heartbeat _heartbeat;
    private readonly Lock _gate = new();
    private readonly string? _name;
    private ConsulServiceOptions? _definition;
    private ProtocolFollower? _protocol;
    private DesiredEntry? _desired;
    private EntryKeeper? _keeper;
    private int _stopped;

    public ServiceRegistrar(AgentLink link, ConsulConnectOptions options, IReadiness readiness)
    {
        // The certificate has this name too: whatever a changed definition says, it stays.
        (_link, _options, _name, _definition) = (link, options, options.ServiceName, options.Service);
        _readiness = new(readiness, link.Time);
        _held = new(link.Time);
        _entry = new(link, _held);
        _checks = new(link, _held, _statuses);
        _heartbeat = new(link, _held, _readiness);
    }

    /// <summary>Whether it has begun.</summary>
    public bool IsStarted => _keeper is not null;

    /// <summary>Whether the agent has the entry, as far as it has said.</summary>
    public bool IsRegistered => _held.Current is not null;

    /// <summary>Why it has not, or cannot be followed; null when all is well. Fit for a message.</summary>
    public string? LastError => Watches.Select(watch => watch.LastError).FirstOrDefault(error => error is not null);

    /// <summary>How the loops are doing; none before the start.</summary>
    public IReadOnlyList<WatchState> Watches => _keeper is null ? [] : [_keeper.State, _entry.State, _checks.State, _heartbeat.State];

    private string Name => _name ?? throw new InvalidOperationException("The options have not been validated.");

    /// <summary>Whether <see cref="Start"/> could begin, while a fault still stops the app's own start.</summary>
    /// <exception cref="OptionsValidationException">The definition does not fit what is bound.</exception>
    public void Check(Func<IPEndPoint?> listener)
    {
        lock (_gate)
            _desired = Desire(listener);
    }

    /// <param name="listener">Where the mesh listener is bound at the moment, with port 0 while it is not; null where that is no address to dial, and then the definition says it.</param>
    /// <exception cref="OptionsValidationException">The definition does not fit what is bound.</exception>
    public void Start(Func<IPEndPoint?> listener)
    {
        if (_keeper is not null)
            throw new InvalidOperationException("The registration has been started already.");
        lock (_gate)
            _desired ??= Desire(listener);
        _keeper = new(_link, _desired, _held, _readiness, _statuses);
        _keeper.Start();
        _entry.Start();
        _checks.Start();
        _heartbeat.Start();
        _protocol = new(_link, Name);
        _protocol.Start();
    }

    /// <summary>The definition in force, as far as this app is concerned.</summary>
    public ConsulServiceOptions? Definition
    {
        get
        {
            lock (_gate)
                return _definition;
        }
    }

    /// <summary>The definition has changed in the configuration, but for the name, which stays.</summary>
    public void Redefine(ConsulServiceOptions definition)
    {
        lock (_gate)
        {
            _definition = definition;
            // Before anything has looked at it, that is all.
            _desired?.Redefine(definition);
        }

        _keeper?.StartOver();
    }

    /// <summary>Until the agent has the entry.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _held.WaitAsync(cancellationToken);

    /// <summary>Takes the entry out of the catalog, or puts it in maintenance, bounded to 2 s.</summary>
    /// <returns>Whether callers may have found it until now.</returns>
    public async Task<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0 || _keeper is null)
            return false;
        using var limit = new CancellationTokenSource(LeaveLimit, _link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(new IAsyncDisposable[] { _keeper, _entry, _checks, _heartbeat, _protocol! }.Select(loop => loop.DisposeAsync().AsTask()));
        await _readiness.EndAsync();
        var ids = _keeper.Ids.ToList();
        var current = _desired!.Current(_held.Current?.Desired)?.Entry;
        // What is at another address by now is another process, which callers shall find.
        if (_held.Loss?.By is { } by && current is not null && (by.Port != current.Port || by.Address != (current.Address ?? by.Address)))
            Log.LeftToAnother(_link.Logger, Name, current.Id, EntryDifference.Place(by.Address, by.Port));
        else if (ids.Count > 0 && await new Departure(_link, Name, _options.Registration.OnShutdown).LeaveAsync(ids.Find(id => id == current?.Id), ids.Where(id => id != current?.Id), either.Token))
            _held.Clear();
        return ids.Count > 0;
    }

    public async ValueTask DisposeAsync() => await LeaveAsync(CancellationToken.None);

    private DesiredEntry Desire(Func<IPEndPoint?> listener) =>
        new(Name, _options.DefinitionPath, _definition ?? throw new InvalidOperationException("Nothing asks for an entry in the catalog."), listener, _link.Logger);
}
