namespace ConsulConnect.DevAgent.State;

/// <summary>A change in the making; it becomes visible as a whole or not at all.</summary>
internal sealed class StateWrite(ulong index)
{
    private readonly List<Action> _changes = [];

    /// <summary>The index this change will have.</summary>
    public ulong Index { get; } = index;

    public HashSet<string> Topics { get; } = [];

    public void Set<T>(Table<T> table, T value)
        where T : class => _changes.Add(() => table.Current = value);

    public void Touch(params ReadOnlySpan<string> topics)
    {
        foreach (var topic in topics)
            Topics.Add(topic);
    }

    public void Commit() => _changes.ForEach(change => change());
}
