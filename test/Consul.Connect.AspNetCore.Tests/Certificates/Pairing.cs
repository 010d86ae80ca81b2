using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>A service named "api" that is offered roots and leaves in an order of the test's choice.</summary>
internal sealed class Pairing : IAsyncDisposable
{
    private readonly PublishedCredentials _published = new();
    private readonly CredentialsPairing _pairing;
    private readonly ConnectMetrics _metrics = new("api", null);

    public Pairing()
    {
        _pairing = new(_published, new("api"), Time, Log, _metrics);
        _published.Changed += Publications.Add;
    }

    public FakeTime Time { get; } = new(DateTimeOffset.UtcNow);

    public CollectedLog Log { get; } = new();

    public List<MeshCredentials> Publications { get; } = [];

    public MeshCredentials? Current => _published.Current;

    public string? LastError => _pairing.LastError;

    public string? Roots(params TestCa[] cas) => _pairing.Offer(Given.Roots(cas));

    public string? Leaf(TestCaLeaf leaf) => _pairing.Offer(Given.Issued(leaf));

    public string? Offer(ConsulConnect.Agent.CaRoots roots) => _pairing.Offer(roots);

    public ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken) => _published.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _pairing.DisposeAsync();
        _metrics.Dispose();
    }
}
