namespace ConsulConnect.Client;

/// <summary>How many requests may be sent again: a fifth of those of the last 10 s, and 3 a second. A service that is down is not buried under retries.</summary>
internal sealed class RetryBudget(TimeProvider time)
{
    private const int Seconds = 10;
    private const int Always = 3 * Seconds;
    private const int OneIn = 5;

    private readonly Slot[] _slots = [.. Enumerable.Range(0, Seconds).Select(_ => new Slot())];
    private readonly Lock _lock = new();

    public void Request(DateTimeOffset now) => Interlocked.Increment(ref SlotOf(now).Requests);

    /// <summary>Takes one retry, if there is any.</summary>
    public bool TryRetry()
    {
        lock (_lock)
        {
            var now = SlotOf(time.GetUtcNow());
            int requests = 0, retries = 0;
            foreach (var slot in _slots)
            {
                if (slot.Second <= now.Second - Seconds)
                    continue;
                requests += Volatile.Read(ref slot.Requests);
                retries += slot.Retries;
            }

            if (retries >= Always + (requests / OneIn))
                return false;
            now.Retries++;
            return true;
        }
    }

    private Slot SlotOf(DateTimeOffset time)
    {
        var second = time.UtcTicks / TimeSpan.TicksPerSecond;
        var slot = _slots[(int)(second % Seconds)];
        if (Volatile.Read(ref slot.Second) == second)
            return slot;
        lock (slot)
        {
            if (slot.Second != second)
            {
                slot.Requests = 0;
                slot.Retries = 0;
                Volatile.Write(ref slot.Second, second);
            }

            return slot;
        }
    }

    private sealed class Slot
    {
        public long Second = long.MinValue;
        public int Requests;
        public int Retries;
    }
}
