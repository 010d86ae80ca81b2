namespace ConsulConnect.DevAgent.State;

/// <summary>What all readers of one topic wait for: its next change.</summary>
internal sealed class TopicWaiter(string topic)
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Topic => topic;

    public int Readers { get; set; }

    public Task Woken => _woken.Task;

    public void Wake() => _woken.TrySetResult();
}
