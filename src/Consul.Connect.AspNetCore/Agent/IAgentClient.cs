namespace ConsulConnect.Agent;

/// <summary>The calls we make to the local agent. Every failure is an <see cref="AgentException"/>, sorted; cancellation is not a failure.</summary>
internal interface IAgentClient
{
    /// <summary>The agent's address as it may stand in a message.</summary>
    string Address { get; }

    /// <summary>Cancelled when the token or a TLS file has changed: loops start over then, with what this property has become.</summary>
    CancellationToken Changed => CancellationToken.None;

    /// <summary><c>GET /v1/agent/connect/ca/roots</c></summary>
    Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/agent/connect/ca/leaf/:service</c></summary>
    Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/connect/intentions/match?by=destination</c></summary>
    Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/connect/intentions</c>, of which only the index is read: what wakes a reader of <c>match</c> on agents whose <c>match</c> has no index.</summary>
    Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken);

    /// <summary><c>POST /v1/agent/connect/authorize</c></summary>
    Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/agent/self</c></summary>
    Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken);

    /// <summary><c>PUT /v1/agent/service/register</c></summary>
    Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken);

    /// <summary><c>PUT /v1/agent/service/deregister/:id</c>; an unknown id is success on every version.</summary>
    Task DeregisterServiceAsync(string id, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/agent/service/:id</c>, which blocks on a hash; an unknown id is <see cref="AgentFault.Missing"/>.</summary>
    Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/agent/checks</c>, those of one instance.</summary>
    Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken);

    /// <summary><c>PUT /v1/agent/check/update/:id</c>; an unknown check, or one without a TTL, is <see cref="AgentFault.Missing"/>.</summary>
    Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken);

    /// <summary><c>PUT /v1/agent/check/deregister/:id</c>; an unknown id is success on every version.</summary>
    Task DeregisterCheckAsync(string id, CancellationToken cancellationToken);

    /// <summary><c>PUT /v1/agent/service/maintenance/:id</c>; an unknown id is <see cref="AgentFault.Missing"/>. An agent keeps the reason of a maintenance that is on already.</summary>
    Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/acl/token/self</c>; whatever is not an answer, such as of an agent without ACLs, is a failure.</summary>
    Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken);

    /// <summary><c>GET /v1/config/service-defaults/:service</c>; where there are none it is <see cref="AgentFault.Missing"/>.</summary>
    Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/health/connect/:service</c>, of all states of health.</summary>
    Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken);

    /// <summary>The same with <c>?cached</c>, which does not wait.</summary>
    Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/query/:name/execute?connect=true</c>; an unknown query is <see cref="AgentFault.Missing"/>.</summary>
    Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken);

    /// <summary><c>GET /v1/discovery-chain/:service</c>, which agents before 1.6 do not know.</summary>
    Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken);
}

/// <summary>What a blocking query sends. Index 0 and no hash: answer at once.</summary>
/// <param name="Index">The index of the last answer.</param>
/// <param name="Hash">The content hash of the last answer, for the calls that block on one.</param>
/// <param name="Wait">How long the agent may wait; always sent, because the agent's cached endpoints have no default and would hang for ever.</param>
internal readonly record struct BlockingQuery(ulong Index, string? Hash, TimeSpan Wait);

/// <summary>A complete, well-formed answer.</summary>
/// <param name="Value">The parsed body.</param>
/// <param name="Index"><c>X-Consul-Index</c>; null when it is missing.</param>
/// <param name="ContentHash"><c>X-Consul-ContentHash</c>, or null.</param>
/// <param name="Age">How old the agent says the content is; null when the header makes no sense, and then the answer confirms nothing.</param>
/// <param name="Fingerprint">SHA-256 of the body: equal bytes are equal content.</param>
internal sealed record AgentAnswer<T>(T Value, ulong? Index, string? ContentHash, TimeSpan? Age, string Fingerprint);
