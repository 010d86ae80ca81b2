namespace ConsulConnect.Certificates;

/// <summary>The one place a source's credentials are read from: one writer, many readers, replaced whole.</summary>
internal sealed class PublishedCredentials
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MeshCredentials? _current;

    public event Action<MeshCredentials>? Changed;

    public MeshCredentials? Current => _current;

    public long NextGeneration => (_current?.Generation ?? 0) + 1;

    public void Replace(MeshCredentials credentials)
    {
        _current = credentials;
        _first.TrySetResult();
        Changed?.Invoke(credentials);
    }

    public async ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken)
    {
        await _first.Task.WaitAsync(cancellationToken);
        return _current!;
    }
}
