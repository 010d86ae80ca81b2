namespace ConsulConnect.Certificates;

/// <summary>The one place a source's credentials are read from: one writer, many readers, replaced whole.</summary>
internal sealed class PublishedCredentials
{
    private volatile TaskCompletionSource _next = NewSignal();
    private volatile MeshCredentials? _current;

    public event Action<MeshCredentials>? Changed;

    public MeshCredentials? Current => _current;

    public long NextGeneration { get; private set; } = 1;

    public void Replace(MeshCredentials credentials)
    {
        NextGeneration = credentials.Generation + 1;
        _current = credentials;
        _next.TrySetResult();
        Changed?.Invoke(credentials);
    }

    /// <summary>Nothing may be trusted under what was published; who needs credentials waits for the next.</summary>
    public void Withdraw()
    {
        if (_current is null)
            return;
        // In this order: who finds nothing must find a signal that is still to come.
        _next = NewSignal();
        _current = null;
    }

    public async ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = _next;
            if (_current is { } current)
                return current;
            await next.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
