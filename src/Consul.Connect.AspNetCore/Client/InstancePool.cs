using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

/// <summary>One instance of an upstream: its handlers, its circuit breaker, and how many requests it is answering.</summary>
internal sealed class InstancePool(UpstreamPool upstream, ConnectInstance instance, PoolServices services)
{
    private readonly Lock _lock = new();
    private readonly Ejection _ejection = new(services.Time);
    private readonly PooledHandler?[] _handlers = new PooledHandler?[2];
    private volatile ConnectInstance _instance = instance;
    private PooledHandler[] _retiring = [];
    private bool _retired;

    /// <summary>The newest entry for it.</summary>
    public ConnectInstance Instance => _instance;

    /// <summary>How many requests it is answering. Counted when asked for: a number that all requests write is what they would wait for.</summary>
    public int Active
    {
        get
        {
            var active = 0;
            foreach (var handler in _handlers)
                active += handler?.Active ?? 0;
            foreach (var handler in Volatile.Read(ref _retiring))
                active += handler.Active;
            return active;
        }
    }

    public bool IsEjected => _ejection.IsOpen;

    public bool IsAdmitted => _ejection.IsAdmitted;

    public void Update(ConnectInstance instance)
    {
        var isOther = _instance.Version != instance.Version;
        _instance = instance;
        if (isOther && _ejection.End())
            upstream.CameBack(this);
    }

    /// <summary>Takes the instance for one request.</summary>
    public Lease Acquire(ConnectProtocol protocol, MeshCredentials credentials, DateTimeOffset now)
    {
        var handler = Volatile.Read(ref _handlers[(int)protocol]);
        if (handler is null || handler.Generation < credentials.Generation || handler.IsWornAt(now) || !handler.TryAcquire())
            handler = Replace(protocol, credentials, now);
        return new(handler, _ejection.Begin());
    }

    /// <summary>A dial outside HTTP goes there.</summary>
    public bool Begin() => _ejection.Begin();

    public void Judge(LeaseOutcome outcome, bool isTrial)
    {
        switch (outcome)
        {
            case LeaseOutcome.Answered:
                if (_ejection.Succeeded(isTrial))
                    upstream.CameBack(this);
                break;
            case LeaseOutcome.Failed:
                upstream.Failed(this, _ejection, isTrial);
                break;
            default:
                _ejection.GivenUp(isTrial);
                break;
        }
    }

    /// <summary>Retires handlers of other credentials, and those at their end.</summary>
    public void Sweep(long generation)
    {
        var now = services.Time.GetUtcNow();
        lock (_lock)
        {
            for (var i = 0; i < _handlers.Length; i++)
            {
                _handlers[i]?.LetGo();
                if (_handlers[i] is { } handler && (handler.Generation < generation || handler.IsWornAt(now)))
                    Retire(ref _handlers[i], null);
            }

            Volatile.Write(ref _retiring, Array.FindAll(_retiring, handler => handler.Active > 0));
            Array.ForEach(_retiring, handler => handler.LetGo());
        }
    }

    /// <summary>Takes it out of use; what is under way ends in peace.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
            for (var i = 0; i < _handlers.Length; i++)
                Retire(ref _handlers[i], null);
        }
    }

    private PooledHandler Replace(ConnectProtocol protocol, MeshCredentials credentials, DateTimeOffset now)
    {
        lock (_lock)
        {
            ref var slot = ref _handlers[(int)protocol];
            if (slot is { } other && other.Generation >= credentials.Generation && !other.IsWornAt(now) && other.TryAcquire())
                return other;
            var handler = new PooledHandler(this, cancellationToken => upstream.DialAsync(this, protocol, cancellationToken), protocol, credentials, services.Time);
            handler.TryAcquire();
            Retire(ref slot, handler);
            // For a request that picked it just before: the only one that will use this handler.
            if (_retired)
                Retire(ref slot, null);
            return handler;
        }
    }

    // Called under the lock. What is still under way counts on.
    private void Retire(ref PooledHandler? slot, PooledHandler? next)
    {
        if (slot is { } old)
        {
            Volatile.Write(ref _retiring, [.. Array.FindAll(_retiring, handler => handler.Active > 0), old]);
            old.Retire();
        }

        Volatile.Write(ref slot, next);
    }
}
