namespace ConsulConnect.Certificates;

/// <summary>Where an identity comes from: the agent's watches, or files.</summary>
internal interface ICredentialsSource : IAsyncDisposable
{
    /// <summary>The newest valid credentials; null before the first.</summary>
    MeshCredentials? Current { get; }

    /// <summary>Why there are none, or none newer; null when the last attempt succeeded. Fit for a message.</summary>
    string? LastError { get; }

    /// <summary>How the loops behind it are doing; none where there is no agent.</summary>
    IReadOnlyList<WatchState> Watches => [];

    /// <summary>Raised after <see cref="Current"/> was replaced, on the loop's thread; handlers return at once.</summary>
    event Action<MeshCredentials>? Changed;

    /// <summary>Starts the loops. Disposal stops and awaits them.</summary>
    void Start();

    /// <summary>The first credentials.</summary>
    ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken);
}
