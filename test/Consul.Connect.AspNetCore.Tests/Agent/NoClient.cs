using System.Diagnostics.CodeAnalysis;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

/// <summary>Stands where a link wants a client, for loops that call something else.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer holds nothing.")]
internal sealed class NoClient : IAgentClient
{
    private CancellationTokenSource _changed = new();

    public string Address => "http://127.0.0.1:8500";

    /// <summary>How often asking for the property below fails.</summary>
    public int Failures { get; set; }

    /// <summary>What it says about its token.</summary>
    public Func<TokenLife> Token { get; set; } = () => throw new NotSupportedException();

    public CancellationToken Changed => Failures-- > 0 ? throw new InvalidOperationException("ours") : _changed.Token;

    public void Change()
    {
        var ended = _changed;
        _changed = new();
        ended.Cancel();
    }

    public Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeregisterServiceAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeregisterCheckAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken) => Task.FromResult(new AgentAnswer<TokenLife>(Token(), null, null, TimeSpan.Zero, ""));

    public Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();
}
