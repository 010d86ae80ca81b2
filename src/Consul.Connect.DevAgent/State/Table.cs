namespace ConsulConnect.DevAgent.State;

/// <summary>One immutable value, replaced whole by <see cref="AgentState.Write"/> and by nothing else.</summary>
internal sealed class Table<T>(T initial)
    where T : class
{
    private volatile T _current = initial;

    public T Current
    {
        get => _current;
        set => _current = value;
    }
}
