namespace ConsulConnect.Discovery;

/// <summary>
/// The moment after the agent's return. It, or the servers behind it, may not have heard yet that an instance is still there, so an
/// answer that takes the last one away is believed only when nothing better has come for a while. Who is really gone cannot be dialed
/// anyway, and who took an address over does not show the expected identity.
/// </summary>
internal sealed class Settling(TimeProvider time) : IAsyncDisposable
{
    /// <summary>Longer than an app takes to register again, and a node to be alive again for the others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private bool _isAway;
    private long? _returned;
    private ITimer? _held;

    public void Failed()
    {
        lock (_gate)
            _isAway = true;
    }

    public void Answered()
    {
        lock (_gate)
        {
            if (_isAway)
                _returned = time.GetTimestamp();
            _isAway = false;
        }
    }

    /// <param name="losesAll">Whether there were instances, and there are none now.</param>
    /// <param name="take">Takes the answer: now, or when it was not replaced by another one until then. Not called again after disposal.</param>
    public void Offer(bool losesAll, Action take)
    {
        lock (_gate)
        {
            _held?.Dispose();
            _held = null;
            if (losesAll && _returned is { } returned && Patience - time.GetElapsedTime(returned) is var left && left > TimeSpan.Zero)
                _held = Hold(take, left);
            else
                take();
        }
    }

    public async ValueTask DisposeAsync()
    {
        ITimer? held;
        lock (_gate)
            (held, _held) = (_held, null);
        if (held is not null)
            await held.DisposeAsync();
    }

    private ITimer Hold(Action take, TimeSpan left)
    {
        ITimer? mine = null;
        return mine = time.CreateTimer(
            _ =>
            {
                lock (_gate)
                {
                    if (_held is null || _held != mine)
                        return;
                    _held = null;
                    take();
                }
            },
            null,
            left,
            Timeout.InfiniteTimeSpan);
    }
}
