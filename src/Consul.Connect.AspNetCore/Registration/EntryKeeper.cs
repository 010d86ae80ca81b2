using System.Collections.Immutable;
using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>The one loop that registers. It sleeps until what the agent has is not what it should have.</summary>
internal sealed class EntryKeeper : IAsyncDisposable
{
    /// <summary>How often the listener is looked at, which tells nobody when it is bound anew.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>For the app's health, where no TTL says how long it may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For the agent's answer to a registration that is not wanted any more: cut off, it might be carried out after the deregistration.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly AgentLink _link;
    private readonly DesiredEntry _desired;
    private readonly HeldEntry _held;
    private readonly PresentReadiness _readiness;
    private readonly CheckStatuses _statuses;
    private readonly TakeBackPace _pace;
    private readonly AgentWatch<ServiceRegistration> _watch;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _checks = [];
    private Desired? _accepted;
    private volatile Desired? _refused;
    private Loss? _waitedFor;
    private RegisteredService? _before;
    private bool _registeredOnce;
    private ulong _turns;

    public EntryKeeper(AgentLink link, DesiredEntry desired, HeldEntry held, PresentReadiness readiness, CheckStatuses statuses)
    {
        (_link, _desired, _held, _readiness, _statuses, _pace) = (link, desired, held, readiness, statuses, new(link.Time));
        _watch = new("registration", KeepAsync, _ => null, link);
        held.Lost = FallBack;
    }

    public WatchState State => _watch.State;

    /// <summary>The ids under which the agent may have an entry of ours. Read it when the loop has ended.</summary>
    public IReadOnlyCollection<string> Ids => _ids;

    public void Start() => _watch.Start();

    /// <summary>What is desired has changed: a failure of what was desired before holds nothing up.</summary>
    public void StartOver() => _watch.StartOver();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    /// <summary>While the agent refuses a definition, an entry of the one before that is lost must not wait until the new one is tried again.</summary>
    private void FallBack()
    {
        if (_refused is not null)
            _watch.StartOver();
    }

    private async Task<AgentAnswer<ServiceRegistration>> KeepAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        var (desired, why) = await DueAsync(afterFailure: query.Index == 0, cancellationToken);
        if (why is not null)
            await RegisterAsync(desired, why, cancellationToken);
        foreach (var old in _ids.Where(id => id != desired.Entry.Id).ToList())
        {
            await _link.Client.DeregisterServiceAsync(old, cancellationToken);
            _ids.Remove(old);
            Log.Deregistered(_link.Logger, desired.Entry.Name, old);
        }

        return new(desired.Entry, ++_turns, null, TimeSpan.Zero, $"{_turns}");
    }

    /// <summary>Waits for work. The reason is null when there is nothing to register.</summary>
    private async Task<(Desired Desired, string? Why)> DueAsync(bool afterFailure, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _held.Changed;
            if (_desired.Current(_held.Current?.Desired) is { } wanted)
            {
                var desired = wanted == _refused && _accepted is { } accepted && Equals(accepted.Listener, wanted.Listener) && Why(accepted) is not null ? accepted : wanted;
                var why = Why(desired);
                // After a failure a turn without work says that all is well again.
                if (why is not null || _ids.Count > 1 || (afterFailure && _held.Current is not null))
                    return (desired, why);
            }

            await _held.WaitAsync(changed, Look, cancellationToken);
        }
    }

    private string? Why(Desired desired) => _held.Current switch
    {
        null => _held.Loss?.Reason ?? "it is new",
        { } held when held.Credentials != _link.Client.Changed => "the token or a file in Consul:Tls has changed",
        { } held when held.Desired == desired => null,
        { } held when !Equals(held.Desired.Listener, desired.Listener) => $"the mesh listener is bound to {desired.Listener} now",
        _ => "its definition has changed",
    };

    private async Task RegisterAsync(Desired desired, string why, CancellationToken cancellationToken)
    {
        if (_held.Loss is { By: not null } loss)
        {
            if (!ReferenceEquals(loss, _waitedFor))
                await Task.Delay(_pace.Next(), _link.Time, cancellationToken);
            (_waitedFor, _before) = (loss, loss.By);
        }
        else if (!_ids.Contains(desired.Entry.Id))
        {
            _before = await FindAsync(desired.Entry, cancellationToken);
        }

        var health = await _readiness.AskSoonAsync(CatalogEntry.ShortestTtl(desired.Entry) / 3 ?? Patience, cancellationToken);
        try
        {
            await SendAsync(desired, health, cancellationToken);
        }
        catch (AgentException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody asks for it any more, so it is no failure of the loop.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (AgentException refused) when (refused.Fault == AgentFault.Permanent)
        {
            _refused = desired;
            throw;
        }

        // Also of an earlier attempt, which may have replaced it without an answer.
        Tell(desired.Entry, why, _before?.Id == desired.Entry.Id ? _before : null);
        (_registeredOnce, _accepted, _before) = (true, desired, null);
        if (desired == _refused)
            _refused = null;
    }

    /// <summary>What the agent has under an id that we have not used yet.</summary>
    private async Task<RegisteredService?> FindAsync(ServiceRegistration entry, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _link.Client.GetServiceAsync(entry.Id, new(0, null, TimeSpan.FromSeconds(1)), cancellationToken);
            _statuses.Learn((await _link.Client.GetChecksAsync(entry.Id, cancellationToken)).Value);
            return found.Value;
        }
        catch (AgentException answer) when (answer.Fault != AgentFault.Transient)
        {
            // Nothing, or nothing for our eyes: the registration itself says what is wrong then.
            return null;
        }
    }

    private async Task SendAsync(Desired desired, ReadinessReport health, CancellationToken cancellationToken)
    {
        var (entry, credentials) = (desired.Entry, _link.Client.Changed);
        var isNew = _ids.Add(entry.Id);
        _held.BeginWriting();
        Held? held = null;
        try
        {
            await TellAsync(entry with { Checks = [.. entry.Checks.Select(check => check with { Status = Status(check, health) })] }, cancellationToken);
            _checks = _checks.Union(entry.Checks.Select(check => check.Id));
            held = new(desired, _checks, credentials);
        }
        catch (AgentException refused) when (isNew && refused.Fault is AgentFault.Denied or AgentFault.Permanent)
        {
            _ids.Remove(entry.Id);
            throw;
        }
        finally
        {
            _held.EndWriting(held);
        }
    }

    private async Task TellAsync(ServiceRegistration entry, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _link.Time);
        await using var unwanted = cancellationToken.UnsafeRegister(_ => late.CancelAfter(Grace), null);
        await _link.Client.RegisterServiceAsync(entry, late.Token);
    }

    /// <summary>Always the present one, so that nobody sees us critical; what a definition says is for the beginning.</summary>
    private CheckStatus Status(CheckRegistration check, ReadinessReport health) =>
        !_registeredOnce && CheckStatuses.Parse(check.Definition.Status) is { } defined ? defined
        : check.Definition.Ttl is not null ? health.Status
        : _statuses.Of(check.Id) ?? health.Status;

    private void Tell(ServiceRegistration entry, string why, RegisteredService? by)
    {
        if (by is not null && _pace.SayContest())
            Log.Contested(_link.Logger, entry.Id, entry.Name, EntryDifference.Place(entry.Address, entry.Port), by.Name, EntryDifference.Place(by.Address, by.Port), _desired.Path);
        else if (by is not null && !_pace.IsContest && (by.Address != (entry.Address ?? "") || by.Port != entry.Port))
            Log.TakenOver(_link.Logger, entry.Id, by.Name, EntryDifference.Place(by.Address, by.Port), entry.Name, EntryDifference.Place(entry.Address, entry.Port), _desired.Path);
        if (_registeredOnce)
            Log.RegisteredAgain(_link.Logger, entry.Name, entry.Id, why);
        else
            Log.Registered(_link.Logger, entry.Name, entry.Id, entry.Address ?? "the address of the node", entry.Port);
    }
}
