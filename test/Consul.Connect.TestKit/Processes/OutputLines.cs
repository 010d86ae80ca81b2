namespace ConsulConnect.TestKit;

/// <summary>The newest lines of a process, awaitable.</summary>
internal sealed class OutputLines
{
    private const int Kept = 500;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<(Func<string, bool> IsIt, TaskCompletionSource<string> Found)> _waiters = [];

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
                _lines.Dequeue();
            _waiters.RemoveAll(waiter => waiter.IsIt(line) && waiter.Found.TrySetResult(line));
        }
    }

    /// <summary>The first line that is it, one already seen included.</summary>
    public Task<string> WaitAsync(Func<string, bool> isIt)
    {
        lock (_lock)
        {
            if (_lines.FirstOrDefault(isIt) is { } seen)
                return Task.FromResult(seen);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((isIt, found));
            return found.Task;
        }
    }

    public override string ToString()
    {
        lock (_lock)
            return string.Join('\n', _lines);
    }
}
