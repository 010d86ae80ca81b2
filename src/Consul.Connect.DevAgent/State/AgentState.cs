namespace ConsulConnect.DevAgent.State;

/// <summary>
/// Everything the agent knows: immutable tables that are replaced whole, under one index that only grows. A write names the topics it
/// touches; readers that block wait for the index of a topic.
/// </summary>
internal sealed class AgentState(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ulong> _indexes = [];
    private readonly Dictionary<string, TaskCompletionSource> _waiters = [];
    private ulong _index = 1;

    /// <summary>Of the newest write, whatever it touched.</summary>
    public ulong Index
    {
        get
        {
            lock (_gate)
                return _index;
        }
    }

    /// <summary>Changes tables at one new index, which is returned. Nothing is stored when the change throws, or touches no topic.</summary>
    public ulong Write(Action<StateWrite> change)
    {
        List<TaskCompletionSource> woken = [];
        ulong index;
        lock (_gate)
        {
            var write = new StateWrite(_index + 1);
            change(write);
            if (write.Topics.Count == 0)
                return _index;
            index = _index = write.Index;
            write.Commit();
            foreach (var topic in write.Topics)
            {
                _indexes[topic] = index;
                if (_waiters.Remove(topic, out var waiter))
                    woken.Add(waiter);
            }
        }

        foreach (var waiter in woken)
            waiter.TrySetResult();
        return index;
    }

    /// <summary>The index of the newest write that touched one of the topics; 0: none ever did.</summary>
    public ulong IndexOf(params ReadOnlySpan<string> topics)
    {
        lock (_gate)
            return IndexOfUnderGate(topics);
    }

    /// <summary>Completes with the index of the topics once it exceeds <paramref name="index"/>, or after the wait with what it is then. With index 0 at once.</summary>
    public async Task<ulong> WaitAsync(string[] topics, ulong index, TimeSpan wait, CancellationToken cancel)
    {
        if (index == 0)
            return IndexOf(topics);
        // One deadline for all turns; a waiter costs a timer and nothing else.
        using var ending = new CancellationTokenSource(wait, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, cancel);
        while (true)
        {
            Task change;
            lock (_gate)
            {
                if (IndexOfUnderGate(topics) is var current && current > index)
                    return current;
                change = topics.Length == 1 ? WaiterOf(topics[0]) : Task.WhenAny(topics.Select(WaiterOf));
            }

            try
            {
                await change.WaitAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return IndexOf(topics);
            }
        }
    }

    private ulong IndexOfUnderGate(ReadOnlySpan<string> topics)
    {
        var newest = 0UL;
        foreach (var topic in topics)
            newest = Math.Max(newest, _indexes.GetValueOrDefault(topic));
        return newest;
    }

    private Task WaiterOf(string topic)
    {
        if (!_waiters.TryGetValue(topic, out var waiter))
            _waiters.Add(topic, waiter = new(TaskCreationOptions.RunContinuationsAsynchronously));
        return waiter.Task;
    }
}
