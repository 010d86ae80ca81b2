using ConsulConnect.Agent;

namespace ConsulConnect.Certificates;

/// <summary>The identity as the agent issues it: follows leaf and roots, and publishes only pairs that match.</summary>
internal sealed class AgentCredentials : ICredentialsSource
{
    // A leaf that lives under 10 minutes makes the agent answer every query at once with a new one.
    private static readonly WatchPace _leafPace = new() { Floor = TimeSpan.FromSeconds(1) };

    private readonly AgentWatch<CaRoots> _rootsWatch;
    private readonly AgentWatch<IssuedLeaf> _leafWatch;
    private readonly CredentialsPairing _pairing;
    private readonly PublishedCredentials _published = new();

    public AgentCredentials(AgentLink link, string service, string? @namespace, string? partition)
    {
        _pairing = new(_published, new(service, @namespace, partition), link.Time, link.Logger, link.Metrics);
        _rootsWatch = new("roots", link.Client.GetRootsAsync, _pairing.Offer, link);
        _leafWatch = new("leaf", (query, cancellation) => link.Client.GetLeafAsync(service, query, cancellation), _pairing.Offer, link, _leafPace);
    }

    public event Action<MeshCredentials>? Changed
    {
        add => _published.Changed += value;
        remove => _published.Changed -= value;
    }

    public MeshCredentials? Current => _published.Current;

    public string? LastError => _rootsWatch.LastError ?? _leafWatch.LastError ?? _pairing.LastError;

    public IReadOnlyList<WatchState> Watches => [_leafWatch.State, _rootsWatch.State];

    public void Start()
    {
        _rootsWatch.Start();
        _leafWatch.Start();
    }

    public ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken) => _published.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _leafWatch.DisposeAsync();
        await _rootsWatch.DisposeAsync();
        await _pairing.DisposeAsync();
    }
}
