using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>Follows one upstream for all who call it, for as long as somebody does.</summary>
/// <param name="time">The clock.</param>
/// <param name="isEnded">Whether another one is to be begun with the next use.</param>
internal abstract class Follower(TimeProvider time, bool isEnded = false) : IAsyncDisposable
{
    private readonly TaskCompletionSource<UpstreamSet> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _used = true;
    private long _lastUse;
    private int _waiting;
    private int _wanted;
    private volatile bool _ended = isEnded;
    private volatile bool _answered;
    private volatile bool _configured;
    private volatile bool _hadInstances;
    private volatile UpstreamSet? _set;

    /// <summary>Why nothing newer is known; null when the last answer was used.</summary>
    public abstract string? LastError { get; }

    /// <summary>For how long nobody has asked for it when this was looked at. Each request asks, and a time that all of them write would be one they wait for.</summary>
    public TimeSpan LookIdle()
    {
        if (_used || Volatile.Read(ref _waiting) > 0)
            (_used, _lastUse) = (false, time.GetTimestamp());
        return time.GetElapsedTime(_lastUse);
    }

    /// <summary>Whether anybody has asked for its instances.</summary>
    public bool IsWanted => Volatile.Read(ref _wanted) != 0;

    public bool IsConfigured => _configured;

    /// <summary>Whether it is configured, or has ever had an instance: no name that somebody has made up.</summary>
    public bool IsLasting => _configured || _hadInstances;

    public UpstreamSet? Newest => _set;

    public abstract void Start();

    /// <summary>An instance could not be dialed.</summary>
    public abstract void DialFailed();

    /// <summary>Takes note of a use; false: it has ended, and another one must be begun.</summary>
    public bool Use()
    {
        if (!_used)
            _used = true;
        return !_ended;
    }

    public void BeConfigured() => _configured = true;

    /// <summary>The newest set; null: there is none yet.</summary>
    public UpstreamSet? Now()
    {
        if (!IsWanted && Interlocked.Exchange(ref _wanted, 1) == 0)
            Wanted();
        return _set;
    }

    public ValueTask<UpstreamSet> GetAsync(CancellationToken cancellationToken) => Now() is { } set ? new(set) : new(WaitAsync(cancellationToken));

    /// <summary>Stops following; who waits for a first answer gets <paramref name="last"/>.</summary>
    public async ValueTask EndAsync(string last)
    {
        _ended = true;
        await DisposeAsync();
        _first.TrySetResult(new([], last));
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Somebody has asked for its instances, for the first time. Called on a request's way: whatever takes time goes elsewhere.</summary>
    protected virtual void Wanted()
    {
    }

    protected void Publish(UpstreamSet set)
    {
        _answered = true;
        if (set.Instances.Count > 0)
            _hadInstances = true;
        Show(set);
    }

    private void Show(UpstreamSet set)
    {
        _set = set;
        _first.TrySetResult(set);
    }

    /// <summary>What a failure says while nothing is known: that it will not come by waiting. A network that is down may come back.</summary>
    protected void Explain(AgentException failure)
    {
        var isFinal = failure is { Fault: not AgentFault.Transient, IsUnknownToken: false } || failure.Message.Contains("No path to datacenter", StringComparison.OrdinalIgnoreCase);
        if (isFinal && !_answered)
            Show(InstanceList.Renew(_set, [], failure.Message));
    }

    private async Task<UpstreamSet> WaitAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await _first.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Use();
            Interlocked.Decrement(ref _waiting);
        }
    }
}
