namespace ConsulConnect.DevAgent.State;

/// <summary>
/// Everything the agent knows: immutable tables that are replaced whole, under one index that only grows. A write names the topics it
/// touches; readers that block wait for the index of a topic.
/// </summary>
internal sealed class AgentState(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ulong> _indexes = [];
    private readonly Dictionary<string, TopicWaiter> _waiters = [];
    private ulong _index = 1;
    private int _waiting;

    /// <summary>How many readers wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting;
        }
    }

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
        List<TopicWaiter> woken = [];
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
            waiter.Wake();
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
            TopicWaiter[] waiters;
            lock (_gate)
            {
                if (IndexOfUnderGate(topics) is var current && current > index)
                    return current;
                _waiting++;
                waiters = Array.ConvertAll(topics, Join);
            }

            try
            {
                await (waiters is [var only] ? only.Woken : Task.WhenAny(waiters.Select(waiter => waiter.Woken))).WaitAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return IndexOf(topics);
            }
            finally
            {
                Leave(waiters);
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

    private TopicWaiter Join(string topic)
    {
        if (!_waiters.TryGetValue(topic, out var waiter))
            _waiters.Add(topic, waiter = new(topic));
        waiter.Readers++;
        return waiter;
    }

    // A topic that nobody waits for any more is forgotten, whatever names callers come up with.
    private void Leave(TopicWaiter[] waiters)
    {
        lock (_gate)
        {
            _waiting--;
            foreach (var waiter in waiters)
            {
                if (--waiter.Readers == 0 && _waiters.GetValueOrDefault(waiter.Topic) == waiter)
                    _waiters.Remove(waiter.Topic);
            }
        }
    }
}
