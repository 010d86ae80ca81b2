namespace ConsulConnect.Client;

/// <summary>One request's hold on an instance and on the handler it goes by. Who has it ends it, once.</summary>
/// <param name="handler">What the request goes by.</param>
/// <param name="isTrial">Whether the request tries an ejected instance.</param>
internal readonly struct Lease(PooledHandler handler, bool isTrial)
{
    public PooledHandler Handler => handler;

    public InstancePool Instance => handler.Instance;

    /// <summary>The instance answers with a body that may last for hours, or be read at leisure: whether it is well again is known now, not at the body's end.</summary>
    /// <returns>The hold for the rest.</returns>
    public Lease Began()
    {
        if (!isTrial)
            return this;
        Instance.Judge(LeaseOutcome.Answered, isTrial: true);
        return new(handler, isTrial: false);
    }

    /// <summary>The answer has a body, with which the lease ends.</summary>
    public OpenAnswers Open()
    {
        var open = isTrial ? new(this) : handler.OpenAnswers(this);
        open.Begin();
        return open;
    }

    /// <param name="outcome">What the request says about the instance.</param>
    public void End(LeaseOutcome outcome)
    {
        handler.Release();
        Instance.Judge(outcome, isTrial);
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
