using System.Threading.Channels;
using ConsulConnect.Agent;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public sealed class TheAgentIsFollowed : IAsyncDisposable
{
    private readonly ScriptedAnswers _agent = new();
    private readonly CollectedLog _log = new();
    private readonly ConnectMetrics _metrics = new("api", null);
    private readonly Channel<MeshCredentials> _changes = Channel.CreateUnbounded<MeshCredentials>();
    private readonly AgentCredentials _credentials;

    public TheAgentIsFollowed()
    {
        _credentials = new(new AgentLink(_agent, TimeProvider.System, TimeSpan.FromSeconds(25), _log, _metrics), "api", null, null);
        _credentials.Changed += change => _changes.Writer.TryWrite(change);
    }

    [Fact]
    public async Task Through_its_first_answers_and_every_rotation()
    {
        var (old, renewed) = (TestCa.Create(), TestCa.Create());
        _credentials.Start();
        Assert.Null(_credentials.Current);

        _agent.Say(Given.Roots(old));
        _agent.Say(Given.Issued(old.IssueLeaf("api")));
        var first = await _credentials.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Assert.Same(first, await NextAsync());

        _agent.Say(Given.Roots(renewed, old));
        Assert.Equal((2, first.Leaf), ((await NextAsync()).RootCount, _credentials.Current!.Leaf));

        var leaf = renewed.IssueLeaf("api");
        _agent.Say(Given.Issued(leaf));
        Assert.Equal(leaf.Certificate.Thumbprint, (await NextAsync()).Leaf.Thumbprint);
        Assert.Equal("api", _agent.AskedFor);
    }

    [Fact]
    public async Task And_what_it_says_wrong_is_told_and_not_used()
    {
        var ca = TestCa.Create();
        _credentials.Start();
        _agent.Say(Given.Roots(ca));
        _agent.Say(Given.Issued(ca.IssueLeaf("API")));
        await _agent.Taken;

        Assert.Null(_credentials.Current);
        Assert.Contains("differ in case", _credentials.LastError, StringComparison.Ordinal);

        _agent.Say(Given.Issued(ca.IssueLeaf("api")));
        await NextAsync();
        await _agent.Taken;
        Assert.Null(_credentials.LastError);
    }

    [Fact]
    public async Task And_no_key_is_ever_told()
    {
        var (ca, stranger) = (TestCa.Create(), TestCa.Create());
        TestCaLeaf[] leaves = [ca.IssueLeaf("api"), ca.IssueLeaf("web"), stranger.IssueLeaf("api")];
        _credentials.Start();
        _agent.Say(Given.Roots(ca));
        var told = new List<string?>();
        foreach (var leaf in leaves)
        {
            _agent.Say(Given.Issued(leaf));
            await _agent.Taken;
            told.Add(_credentials.LastError);
        }
        _agent.Say(new IssuedLeaf("api", [.. "-----BEGIN CERTIFICATE-----"u8], System.Text.Encoding.UTF8.GetBytes(leaves[0].PrivateKeyPem)));
        await _agent.Taken;
        told.Add(_credentials.LastError);
        Assert.Equal(3, told.Count(text => text is not null));
        Assert.Contains(_log.Ids, id => id is 200);

        var texts = string.Join('\n', [.. told, .. _log.Lines.Select(line => line.Text), _credentials.ToString(), _credentials.Current!.ToString(), Given.Issued(leaves[0]).ToString()]);
        Assert.DoesNotContain("PRIVATE KEY", texts, StringComparison.Ordinal);
        foreach (var line in leaves.SelectMany(leaf => (leaf.PrivateKeyPem + leaf.CertPem).Split('\n')).Where(line => line.Length > 40))
            Assert.DoesNotContain(line, texts, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _credentials.DisposeAsync();
        _metrics.Dispose();
    }

    private async Task<MeshCredentials> NextAsync() => await _changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>An agent that holds each query until the test has something to say.</summary>
    private sealed class ScriptedAnswers : IAgentClient
    {
        private readonly Channel<CaRoots> _roots = Channel.CreateUnbounded<CaRoots>();
        private readonly Channel<IssuedLeaf> _leaves = Channel.CreateUnbounded<IssuedLeaf>();
        private ulong _index = 10;
        private TaskCompletionSource _taken = new();
        private int _untaken;

        public string Address => "http://127.0.0.1:1";

        public string? AskedFor { get; private set; }

        /// <summary>Completes when the leaf said last has been dealt with: the loop asks again then.</summary>
        public Task Taken => _taken.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void Say(CaRoots roots) => _roots.Writer.TryWrite(roots);

        public void Say(IssuedLeaf leaf)
        {
            _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _untaken, 0);
            _leaves.Writer.TryWrite(leaf);
        }

        public async Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) =>
            Answer(await _roots.Reader.ReadAsync(cancellationToken));

        public async Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken)
        {
            AskedFor = service;
            if (Interlocked.Exchange(ref _untaken, 0) is 1)
                _taken.TrySetResult();
            var leaf = await _leaves.Reader.ReadAsync(cancellationToken);
            Volatile.Write(ref _untaken, 1);
            return Answer(leaf);
        }

        public Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeregisterCheckAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeregisterServiceAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        private AgentAnswer<T> Answer<T>(T value)
        {
            var index = Interlocked.Increment(ref _index);
            return new(value, index, null, TimeSpan.Zero, $"{index}");
        }
    }
}
