namespace ConsulConnect.Client;

/// <summary>One request's hold on an instance and on the handler it goes by; ends once.</summary>
internal sealed class Lease(InstancePool instance, PooledHandler handler, bool isTrial)
{
    private int _ended;
    private bool _isFailure;

    public InstancePool Instance => instance;

    public PooledHandler Handler => handler;

    /// <summary>Whatever else happens, the instance has failed this request.</summary>
    public void Blame() => _isFailure = true;

    /// <param name="outcome">What the request says about the instance.</param>
    public void End(LeaseOutcome outcome)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        handler.Release();
        instance.End(_isFailure ? LeaseOutcome.Failed : outcome, isTrial);
    }
}

internal enum LeaseOutcome
{
    /// <summary>It answered, in full or as far as the app wanted to hear.</summary>
    Answered,

    /// <summary>It could not be dialed, broke off, or said that it or its upstream cannot serve.</summary>
    Failed,

    /// <summary>Nothing: the app gave up, or the instance refused this service.</summary>
    Unknown,
}
