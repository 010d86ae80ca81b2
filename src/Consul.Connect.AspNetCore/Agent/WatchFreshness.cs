namespace ConsulConnect.Agent;

/// <summary>
/// How fresh one content is. It goes with the content it is about, so that nobody counts what was replaced as fresh as what replaced
/// it. One writer, many readers.
/// </summary>
internal sealed class WatchFreshness(TimeProvider time)
{
    private volatile Confirmation? _last;

    /// <summary>How long ago the agent last confirmed the content, its own age included; null before the first time. Monotonic.</summary>
    public TimeSpan? SinceConfirmed => _last is { } last ? time.GetElapsedTime(last.At) + last.Age : null;

    /// <param name="age">How old the agent said its answer was; null confirms nothing.</param>
    public void Confirm(TimeSpan? age)
    {
        // An old answer with the same content takes nothing back from a fresher one.
        if (age is { } known && (SinceConfirmed is not { } before || known < before))
            _last = new(time.GetTimestamp(), known);
    }

    private sealed record Confirmation(long At, TimeSpan Age);
}
