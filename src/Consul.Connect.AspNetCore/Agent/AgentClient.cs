using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>The calls over HTTP to the agent the options name. Each identity has its own.</summary>
internal sealed class AgentClient : IAgentClient, IAsyncDisposable
{
    private readonly AgentChannel _channel;
    private readonly AgentSecrets _secrets;
    private readonly string? _datacenter;
    private readonly string? _namespace;
    private readonly string? _partition;
    private readonly ILogger _logger;
    private volatile bool _knowsRedirects = true;

    /// <exception cref="FormatException">The address is none.</exception>
    public AgentClient(ConsulConnectOptions options, TimeProvider time, ILogger logger)
    {
        var address = AgentAddress.From(options);
        Address = address.ToString();
        _logger = logger;
        _datacenter = options.Datacenter;
        _namespace = Enterprise(options.Namespace);
        _partition = Enterprise(options.Partition);
        _secrets = new(address, options, time, new GuardedLogger(logger));
        _channel = new(address, options, time, _secrets);
    }

    public string Address { get; }

    public CancellationToken Changed => _secrets.Changed;

    public Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) =>
        _channel.AskAsync(Get("/v1/agent/connect/ca/roots").With("dc", _datacenter).Blocking(query), AgentAnswers.Roots, cancellationToken);

    public Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken) =>
        _channel.AskAsync(
            Named(Get($"/v1/agent/connect/ca/leaf/{Segment(service)}", $"service:write on \"{service}\"").With("dc", _datacenter)).Blocking(query),
            AgentAnswers.Leaf,
            cancellationToken);

    public Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken)
    {
        var call = Get("/v1/connect/intentions/match", $"service:read, or intentions:read, on \"{destination}\"")
            .With("by", "destination").With("name", destination).With("dc", _datacenter);
        return _channel.AskAsync(Named(call).Blocking(query), body => IntentionAnswers.Match(body, destination), fromServers: true, cancellationToken);
    }

    public Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken) =>
        _channel.AskForListAsync(
            Named(Get("/v1/connect/intentions", "intentions:read").With("dc", _datacenter)).Blocking(query),
            new IntentionTable(),
            cancellationToken);

    public Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new(target, clientCertUri, clientCertSerial), AgentJson.Default.AuthorizeJson);
        var call = new AgentCall(HttpMethod.Post, "/v1/agent/connect/authorize", Address) { Needs = $"service:write on \"{target}\"", Body = body };
        return _channel.AskAsync(Named(call), AgentAnswers.Verdict, cancellationToken);
    }

    public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken) =>
        _channel.AskAsync(Get("/v1/agent/self", "agent:read on the agent's node"), AgentAnswers.Self, cancellationToken);

    public async Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.TellAsync(Registering(registration), cancellationToken);
            return;
        }
        catch (AgentException refused) when (refused.UnknownMember == nameof(CheckJson.DisableRedirects) && _knowsRedirects && registration.Checks.Any(CheckJson.LeavesRedirectsOpen))
        {
            _knowsRedirects = false;
            Log.FollowsRedirects(_logger, Address);
        }

        await _channel.TellAsync(Registering(registration), cancellationToken);
    }

    public Task DeregisterServiceAsync(string id, CancellationToken cancellationToken) =>
        RemoveAsync(Put($"/v1/agent/service/deregister/{Segment(id)}", $"service:write on the service of \"{id}\"", []), cancellationToken);

    public Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken) =>
        _channel.AskAsync(
            Named(Get($"/v1/agent/service/{Segment(id)}", $"service:read on the service of \"{id}\"")).Blocking(query),
            AgentAnswers.Service,
            cancellationToken);

    public Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken)
    {
        var call = Get("/v1/agent/checks", $"service:read on the service of \"{serviceId}\"").With("filter", Filter("ServiceID", serviceId));
        return _channel.AskAsync(Named(call), body => AgentAnswers.Checks(body.Span, serviceId), fromServers: false, cancellationToken);
    }

    public Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new(CheckJson.Spell(status), output), AgentJson.Default.CheckUpdateJson);
        return _channel.TellAsync(Named(Put($"/v1/agent/check/update/{Segment(id)}", $"service:write on the service of the check \"{id}\"", body)), cancellationToken);
    }

    public Task DeregisterCheckAsync(string id, CancellationToken cancellationToken) =>
        RemoveAsync(Put($"/v1/agent/check/deregister/{Segment(id)}", $"service:write on the service of the check \"{id}\"", []), cancellationToken);

    public Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken)
    {
        var call = Put($"/v1/agent/service/maintenance/{Segment(serviceId)}", $"service:write on the service of \"{serviceId}\"", [])
            .With("enable", enable ? "true" : "false").With("reason", reason);
        return _channel.TellAsync(Named(call), cancellationToken);
    }

    public Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken) =>
        _channel.AskAsync(Get("/v1/acl/token/self"), AgentAnswers.Token, cancellationToken);

    public Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken) =>
        _channel.AskAsync(Named(Get($"/v1/config/service-defaults/{Segment(service)}", $"service:read on \"{service}\"")), AgentAnswers.Defaults, cancellationToken);

    public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) =>
        ListAsync(Health(what).Blocking(query), cancellationToken);

    public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) =>
        ListAsync(Health(what).Cached(), cancellationToken);

    public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken)
    {
        var call = Get($"/v1/query/{Segment(name)}/execute", $"query:read on \"{name}\", and service:read and node:read on what it finds")
            .With("connect", "true").With("dc", Or(datacenter, _datacenter));
        return _channel.AskInPiecesAsync(
            Named(call),
            async (response, cancellation) =>
            {
                var reader = new HealthReader(isQuery: true);
                var fingerprint = await HealthBody.ReadAsync(response.Content, reader, cancellation);
                var filtered = AgentHeaders.IsFiltered(response.Headers);
                return (reader.ToAnswer(filtered), filtered ? fingerprint + " filtered" : fingerprint);
            },
            cancellationToken);
    }

    public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) =>
        _channel.AskAsync(Placed(Get($"/v1/discovery-chain/{Segment(what.Service)}", $"service:read on \"{what.Service}\""), what), AgentAnswers.Chain, cancellationToken);

    public ValueTask DisposeAsync() => _secrets.DisposeAsync();

    // Community agents refuse both parameters, whatever they say.
    private static string? Enterprise(string? value) => "default".Equals(value, StringComparison.OrdinalIgnoreCase) ? null : value;

    /// <summary>Null for what the agent's filters have no way to write; then it answers with more than was asked for.</summary>
    private static string? Filter(string member, string value) =>
        !value.Contains('"', StringComparison.Ordinal) ? $"{member} == \"{value.Replace("\\", "\\\\", StringComparison.Ordinal)}\""
        : !value.Contains('`', StringComparison.Ordinal) ? $"{member} == `{value}`"
        : null;

    // A name of dots alone would be taken for a step up in the path.
    private string Segment(string name) => name is "" or "." or ".."
        ? throw new AgentException(AgentFault.Permanent, $"\"{name}\" is no name the agent at {Address} can be asked for")
        : Uri.EscapeDataString(name);

    private AgentCall Health(HealthQuery what) =>
        Placed(Get($"/v1/health/connect/{Segment(what.Service)}", $"service:read on \"{what.Service}\" and node:read on its nodes"), what);

    private AgentCall Placed(AgentCall call, HealthQuery what) => call
        .With("dc", Or(what.Datacenter, _datacenter))
        .With("ns", Other(what.Namespace, _namespace))
        .With("partition", Other(what.Partition, _partition));

    private Task<AgentAnswer<HealthList>> ListAsync(AgentCall call, CancellationToken cancellationToken) =>
        _channel.AskInPiecesAsync(
            call,
            async (response, cancellation) =>
            {
                var reader = new HealthReader(isQuery: false);
                var fingerprint = await HealthBody.ReadAsync(response.Content, reader, cancellation);
                var filtered = AgentHeaders.IsFiltered(response.Headers);
                return (reader.ToList(filtered), filtered ? fingerprint + " filtered" : fingerprint);
            },
            cancellationToken);

    private static string? Or(string? given, string? own) => string.IsNullOrEmpty(given) ? own : given;

    // Only an Enterprise agent can have put this app elsewhere than into the default one, and it must be told when that is asked for.
    private static string? Other(string? given, string? own) => string.IsNullOrEmpty(given) ? own : own is null ? Enterprise(given) : given;

    private AgentCall Registering(ServiceRegistration registration)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(RegistrationJson.From(registration, _knowsRedirects), AgentJson.Default.RegistrationJson);
        return Named(Put("/v1/agent/service/register", $"service:write on \"{registration.Name}\"", body));
    }

    private AgentCall Get(string path, string? needs = null) => new(HttpMethod.Get, path, Address) { Needs = needs };

    private AgentCall Put(string path, string needs, byte[] body) => new(HttpMethod.Put, path, Address) { Needs = needs, Body = body };

    private async Task RemoveAsync(AgentCall call, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.TellAsync(Named(call), cancellationToken);
        }
        catch (AgentException missing) when (missing.Fault == AgentFault.Missing)
        {
            // Gone is what was wanted.
        }
    }

    private AgentCall Named(AgentCall call) => call.With("ns", _namespace).With("partition", _partition);
}
