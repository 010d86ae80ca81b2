namespace ConsulConnect.Client;

/// <summary>
/// The leases of answers whose bodies have not ended, of those that came between two garbage collections. Each answer holds on to it, and
/// so it is collected after the last of them: the leases that are left then are of answers that the app has dropped unread, which
/// would keep their instance busy for ever, and its handler alive. A finalizer for all of them costs what one for each would cost once.
/// </summary>
/// <param name="lease">Theirs: they are all alike.</param>
internal sealed class OpenAnswers(Lease lease)
{
    private readonly int _collections = GC.CollectionCount(0);
    private int _count;

    // Not on the thread that finds this out, which all others wait for.
    ~OpenAnswers()
    {
        if (_count > 0)
            ThreadPool.UnsafeQueueUserWorkItem(static dropped => dropped.EndAll(), this, preferLocal: false);
    }

    /// <summary>Whether it takes no more: nothing is collected as long as something is added to it.</summary>
    public bool IsFull => GC.CollectionCount(0) != _collections;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End(LeaseOutcome outcome)
    {
        Interlocked.Decrement(ref _count);
        lease.End(outcome);
    }

    private void EndAll()
    {
        while (_count > 0)
            End(LeaseOutcome.Unknown);
    }
}
