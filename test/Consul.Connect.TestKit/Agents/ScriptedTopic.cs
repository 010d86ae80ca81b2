namespace ConsulConnect.TestKit;

/// <summary>Something an agent can be asked for and waited on. Null content: it is not there.</summary>
internal sealed class ScriptedTopic(string? content, ulong index)
{
    private readonly Lock _lock = new();
    private string? _content = content;
    private ulong _index = index;
    private TaskCompletionSource _changed = NewSignal();

    public (string? Content, ulong Index, Task Changed) Read()
    {
        lock (_lock)
            return (_content, _index, _changed.Task);
    }

    public void Set(string? content, ulong index)
    {
        lock (_lock)
        {
            (_content, _index) = (content, index);
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    /// <summary>Changes the index and wakes nobody, as a restart behind the caller's back.</summary>
    public void Renumber(ulong index)
    {
        lock (_lock)
            _index = index;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
