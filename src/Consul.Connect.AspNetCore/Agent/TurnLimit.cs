namespace ConsulConnect.Agent;

/// <summary>Lets a burst of turns through at once, then one per floor; idle time refills it. For one loop, not for several threads.</summary>
internal sealed class TurnLimit(TimeProvider time, TimeSpan floor)
{
    private const int Burst = 5;

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paidUntil;

    /// <summary>Completes when the next turn may begin.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var now = time.GetElapsedTime(_start);
        var paid = _paidUntil > now ? _paidUntil : now;
        var wait = paid - ((Burst - 1) * floor) - now;
        _paidUntil = paid + floor;
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
