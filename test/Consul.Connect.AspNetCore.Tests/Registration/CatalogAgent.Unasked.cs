using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

// What a registration never asks.
internal sealed partial class CatalogAgent
{
    public Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
