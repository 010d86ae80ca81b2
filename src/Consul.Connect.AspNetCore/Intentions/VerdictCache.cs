namespace ConsulConnect.Intentions;

/// <summary>
/// Remembers decisions by identity for a moment, and lets all who ask about one identity share one call. Bounded: when full, the
/// oldest goes.
/// </summary>
/// <param name="life">How long a decision holds, from the moment its call began.</param>
internal sealed class VerdictCache(TimeProvider time, TimeSpan life, int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _byIdentity = new(StringComparer.Ordinal);
    private readonly Queue<Entry> _byAge = new();
    private readonly HashSet<Task> _underWay = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _byAge.Count;
        }
    }

    /// <param name="ask">The call; must not throw.</param>
    public Task<IntentionDecision> GetAsync(ConnectPeer caller, Func<ConnectPeer, Task<IntentionDecision>> ask)
    {
        Entry entry;
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && !Holds(oldest))
                DropOldest();

            if (_byIdentity.TryGetValue(caller.SpiffeId, out var known) && Holds(known))
                return known.Decision.Task;

            if (_byAge.Count == capacity)
                DropOldest();

            entry = new(caller.SpiffeId, time.GetTimestamp());
            _byIdentity[entry.Identity] = entry;
            _byAge.Enqueue(entry);
            _underWay.Add(entry.Decision.Task);
        }

        _ = RunAsync(entry, caller, ask);
        return entry.Decision.Task;
    }

    /// <summary>What was asked before now answers nobody who asks from now on.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _byIdentity.Clear();
            _byAge.Clear();
        }
    }

    /// <summary>Completes when the calls under way have ended, also those whose decision will not be remembered.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
            return Task.WhenAll(_underWay);
    }

    private async Task RunAsync(Entry entry, ConnectPeer caller, Func<ConnectPeer, Task<IntentionDecision>> ask)
    {
        entry.Decision.SetResult(await ask(caller));
        lock (_gate)
            _underWay.Remove(entry.Decision.Task);
    }

    private bool Holds(Entry entry) => !entry.Decision.Task.IsCompleted || time.GetElapsedTime(entry.Began) < life;

    private void DropOldest()
    {
        var oldest = _byAge.Dequeue();
        if (_byIdentity.TryGetValue(oldest.Identity, out var current) && current == oldest)
            _byIdentity.Remove(oldest.Identity);
    }

    private sealed class Entry(string identity, long began)
    {
        public string Identity { get; } = identity;

        public long Began { get; } = began;

        public TaskCompletionSource<IntentionDecision> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
