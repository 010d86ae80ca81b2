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
    private bool _followsLeaf;

    public AgentCredentials(AgentLink link, ExpectedService expected)
    {
        var service = expected.Service ?? throw new ArgumentException("The agent issues leaves by service name.", nameof(expected));
        _pairing = new(_published, expected, link.Time, link.Logger, link.Metrics);
        _rootsWatch = new("roots", link.Client.GetRootsAsync, Accept, link);
        _leafWatch = new("leaf", (query, cancellation) => link.Client.GetLeafAsync(service, query, cancellation), _pairing.Offer, link, _leafPace);
    }

    public event Action<MeshCredentials>? Changed
    {
        add => _published.Changed += value;
        remove => _published.Changed -= value;
    }

    public MeshCredentials? Current => _published.Current;

    public string? LastError => _rootsWatch.LastError ?? _leafWatch.LastError ?? _pairing.LastError;

    public void Start() => _rootsWatch.Start();

    public ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken) => _published.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // In this order: the roots' loop is what starts the leaf's.
        await _rootsWatch.DisposeAsync();
        await _leafWatch.DisposeAsync();
    }

    // A leaf is asked for once there are roots to judge it by, so that one that fails is asked for again at once.
    private string? Accept(CaRoots roots)
    {
        if (_pairing.Offer(roots) is { } reason)
            return reason;
        if (!_followsLeaf)
        {
            _followsLeaf = true;
            _leafWatch.Start();
        }
        return null;
    }
}
