using System.Net.Security;
using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>One target: its instances with what is known of each, kept across the changes of the catalog.</summary>
internal sealed partial class UpstreamPool
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMinutes(1);

    private readonly PoolServices _services;
    private readonly RetryBudget _budget;
    private readonly Lock _lock = new();
    private readonly IUpstream _upstream;
    private volatile Roster _roster = new(new([], null), []);
    private IConnectBalancer? _balancer;
    private IConnectBalancer? _repeats;
    private int _ejected;
    private long _lastUsed;
    private long _lastRefusal = long.MinValue;
    private volatile bool _closed;
    private volatile bool _used = true;
    private volatile bool _isLasting;

    public UpstreamPool(PoolServices services, ConnectTarget target)
    {
        (_services, Target, _lastUsed) = (services, target, services.Time.GetTimestamp());
        _budget = new(services.Time);
        // Kept, not looked for with each request: asking it for its instances is what keeps it followed.
        _upstream = services.Upstreams.Open(target);
        IsUnconfigured = Unconfigured.Is(target, services.Options);
        _isLasting = !IsUnconfigured;
    }

    public ConnectTarget Target { get; }

    /// <summary>Whether its target has another pool by now, or none.</summary>
    public bool IsClosed => _closed;

    public bool IsUnconfigured { get; }

    /// <summary>Dials one instance for its handler.</summary>
    public ValueTask<MeshStream> DialAsync(InstancePool instance, ConnectProtocol protocol, CancellationToken cancellationToken) =>
        DialAsync(instance, Alpn(protocol), cancellationToken);

    /// <summary>Dials any instance, and others when one fails.</summary>
    /// <param name="protocol">Null: none is offered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<MeshStream> DialAnyAsync(Func<ConnectUpstreamOptions, SslApplicationProtocol?> protocol, CancellationToken cancellationToken)
    {
        List<InstancePool>? tried = null;
        while (true)
        {
            Use();
            await _services.Own.GetAsync(Target, cancellationToken);
            var roster = await RosterAsync(cancellationToken);
            var instance = Pick(roster, tried) ?? throw NoInstances(roster);
            var isTrial = instance.Begin();
            try
            {
                var stream = await DialAsync(instance, protocol(_upstream.Options), cancellationToken);
                if (stream.AgreedToNothing)
                {
                    await stream.DisposeAsync();
                    throw stream.WrongProtocol();
                }

                instance.Judge(LeaseOutcome.Answered, isTrial);
                return stream;
            }
            catch (ConnectDialException e) when (Failures.Of(e) is Failure.Unsent)
            {
                // One that has answered is well, be it of no use to a handler of the app's own.
                instance.Judge(e.Error is ConnectDialError.WrongProtocol ? LeaseOutcome.Answered : LeaseOutcome.Failed, isTrial);
                (tried ??= []).Add(instance);
                if (tried.Count > _upstream.Options.Retries || tried.Count >= roster.Members.Length)
                    throw;
            }
            catch (Exception e)
            {
                instance.Judge(LeaseOutcome.Unknown, isTrial);
                if (e is ConnectDeniedException denied)
                    Refused(denied);
                throw;
            }
        }
    }

    /// <summary>Retires what is out of date; true when the pool itself has not been used for long.</summary>
    public bool Sweep(TimeSpan idle)
    {
        var roster = _roster;
        var generation = _services.Credentials.Current?.Generation ?? 0;
        foreach (var member in roster.Members)
            member.Sweep(generation);
        if (_used)
            (_used, _lastUsed) = (false, _services.Time.GetTimestamp());
        idle = _isLasting ? idle : Unconfigured.LongestIdle;
        return _services.Time.GetElapsedTime(_lastUsed) > idle && Array.TrueForAll(roster.Members, member => member.Active == 0);
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var member in _roster.Members)
                member.Retire();
        }
    }

    public void CameBack(InstancePool instance)
    {
        lock (_lock)
            CountEjected(_roster);
        Log.CameBack(_services.Logger, Target.Name, instance.Instance);
    }

    public void Failed(InstancePool instance, Ejection ejection, bool isTrial)
    {
        // One at a time, so that not two of them are the last that may go.
        lock (_lock)
        {
            if (ejection.Failed(isTrial, MayEject) is not { } pause)
                return;
            CountEjected(_roster);
            Log.Ejected(_services.Logger, Target.Name, instance.Instance, pause.TotalSeconds);
        }

        bool MayEject()
        {
            var members = _roster.Members;
            return (Array.FindAll(members, member => member.IsEjected).Length + 1) * 2 <= members.Length;
        }
    }

    private async ValueTask<MeshStream> DialAsync(InstancePool instance, SslApplicationProtocol? protocol, CancellationToken cancellationToken)
    {
        try
        {
            return await _services.Dialer.DialAsync(Target, _upstream.Target.Identity, instance.Instance, protocol, cancellationToken);
        }
        catch (ConnectDialException)
        {
            _upstream.DialFailed();
            throw;
        }
    }

    // Requests only say that they were here: a time that all of them write costs more than the look at the clock.
    private void Use()
    {
        if (!_used)
            _used = true;
    }

    private InstancePool? Pick(Roster roster, List<InstancePool>? tried)
    {
        // A repeat that took a turn would lead the next request to the instance that has just failed.
        ref var slot = ref tried is null ? ref _balancer : ref _repeats;
        var balancer = slot ?? Interlocked.CompareExchange(ref slot, Balancers.For(_upstream.Options), null) ?? slot;
        return roster.Pick(balancer, Volatile.Read(ref _ejected) > 0, tried);
    }

    private ValueTask<Roster> RosterAsync(CancellationToken cancellationToken) =>
        _upstream.Now() is { } set ? new(RosterOf(set)) : FirstAsync(cancellationToken);

    private async ValueTask<Roster> FirstAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = _upstream.GetAsync(ending.Token);
        if (first.IsCompletedSuccessfully)
            return RosterOf(first.Result);
        try
        {
            return RosterOf(await first.AsTask().WaitAsync(_services.Patience, _services.Time, cancellationToken));
        }
        catch (TimeoutException)
        {
            // Nobody waits any more: what goes on waiting would be followed for ever.
            await ending.CancelAsync();
            // What the app's resolver said last is more than nothing.
            if (_upstream.Newest is { Instances.Count: > 0 } known)
                return RosterOf(known);
            throw new ConnectDialException(
                ConnectDialError.NoInstances,
                Target.ToString(),
                $"\"{_services.Caller}\" cannot call {Target}: nothing is known of its instances after {_services.Patience.TotalSeconds:0.###} s ({_upstream.LastError ?? "no answer yet"}). Nothing was dialed.");
        }
    }

    private ConnectDialException NoInstances(Roster roster) => new(
        ConnectDialError.NoInstances,
        Target.ToString(),
        $"\"{_services.Caller}\" cannot call {Target}, which has no instance to dial: {(roster.Set.Problem ?? _upstream.LastError ?? "the catalog holds none that is healthy").TrimEnd('.')}.");

    private Roster RosterOf(UpstreamSet set)
    {
        var roster = _roster;
        return ReferenceEquals(set, roster.Set) ? roster : Follow(set);
    }

    private Roster Follow(UpstreamSet set)
    {
        lock (_lock)
        {
            // Another request may have been here meanwhile with a newer one.
            set = _upstream.Newest ?? set;
            if (ReferenceEquals(set, _roster.Set))
                return _roster;
            var before = _roster.Members.ToDictionary(member => Key.Of(member.Instance));
            var members = new Dictionary<Key, InstancePool>();
            foreach (var instance in set.Instances.Where(instance => instance.Weight > 0))
            {
                var key = Key.Of(instance);
                if (members.ContainsKey(key))
                    continue;
                if (before.Remove(key, out var known))
                    known.Update(instance);
                members[key] = known ?? new(this, instance, _services);
            }

            foreach (var gone in before.Values)
                gone.Retire();
            var roster = new Roster(set, [.. members.Values]);
            _isLasting |= roster.Members.Length > 0;
            if (_closed)
                foreach (var member in roster.Members)
                    member.Retire();
            CountEjected(roster);
            return _roster = roster;
        }
    }

    // Called under the lock: counting anew is right whatever came and went meanwhile.
    private void CountEjected(Roster roster) => Volatile.Write(ref _ejected, roster.Members.Count(member => member.IsEjected));

    private void Refused(ConnectDeniedException refusal)
    {
        var seen = Volatile.Read(ref _lastRefusal);
        var now = _services.Time.GetTimestamp();
        if ((seen == long.MinValue || _services.Time.GetElapsedTime(seen, now) >= RefusalPause) && Interlocked.CompareExchange(ref _lastRefusal, now, seen) == seen)
            Log.Refused(_services.Logger, refusal.Message);
    }

    private static SslApplicationProtocol Alpn(ConnectProtocol protocol) =>
        protocol is ConnectProtocol.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11;

    /// <summary>What makes an instance the same one: where it is and whom it must prove to be.</summary>
    private readonly record struct Key(string Host, int Port, string Service, string Namespace, string Partition, string Datacenter)
    {
        public static Key Of(ConnectInstance instance) =>
            new(instance.Host, instance.Port, instance.Service, instance.Namespace, instance.Partition, instance.Datacenter);
    }
}
