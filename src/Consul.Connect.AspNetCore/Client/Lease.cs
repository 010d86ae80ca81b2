namespace ConsulConnect.Client;

/// <summary>One request's hold on an instance and on the handler it goes by; ends once.</summary>
internal sealed class Lease(InstancePool instance, PooledHandler handler, bool isTrial)
{
    private int _ended;
    private bool _isFailure;
    private bool _isTrial = isTrial;

    public InstancePool Instance => instance;

    public PooledHandler Handler => handler;

    /// <summary>The request's body, which may still be on its way while the answer is read.</summary>
    public SentBody? Body { get; set; }

    /// <summary>Whatever else happens, the instance has failed this request.</summary>
    public void Blame() => _isFailure = true;

    /// <summary>It answers with a body that may last for hours: whether an ejected instance is well again is known now, not at its end.</summary>
    public void Began()
    {
        if (!_isTrial || _isFailure)
            return;
        _isTrial = false;
        instance.Judge(LeaseOutcome.Answered, isTrial: true);
    }

    /// <summary>The app has lost the answer without disposing of it. Not on the thread that finds this out, which all others wait for.</summary>
    public void Drop() => ThreadPool.UnsafeQueueUserWorkItem(static lease => lease.End(LeaseOutcome.Unknown), this, preferLocal: false);

    /// <param name="outcome">What the request says about the instance.</param>
    public void End(LeaseOutcome outcome)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        handler.Release();
        if (outcome is LeaseOutcome.Failed && Body is { IsFaulty: true })
            outcome = LeaseOutcome.Unknown;
        instance.End(_isFailure ? LeaseOutcome.Failed : outcome, _isTrial);
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
