namespace ConsulConnect.Agent;

/// <summary>How fresh a loop's content is. One writer, many readers.</summary>
internal sealed class WatchFreshness(TimeProvider time)
{
    private volatile Confirmation? _last;

    public TimeSpan? SinceConfirmed => _last is { } last ? time.GetElapsedTime(last.At) + last.Age : null;

    /// <param name="age">How old the agent said its answer was; null confirms nothing.</param>
    /// <param name="isNew">Whether the content differs from what was confirmed before.</param>
    public void Confirm(TimeSpan? age, bool isNew)
    {
        // An old answer with the same content takes nothing back from a fresher one.
        if (age is { } known && (isNew || SinceConfirmed is not { } before || known < before))
            _last = new(time.GetTimestamp(), known);
    }

    private sealed record Confirmation(long At, TimeSpan Age);
}
