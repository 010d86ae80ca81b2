using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>The calls over HTTP to the agent the options name. One instance serves all identities of the process.</summary>
internal sealed class AgentClient : IAgentClient, IAsyncDisposable
{
    private readonly AgentChannel _channel;
    private readonly AgentSecrets _secrets;
    private readonly string? _datacenter;
    private readonly string? _namespace;
    private readonly string? _partition;

    /// <exception cref="FormatException">The address is none.</exception>
    public AgentClient(ConsulConnectOptions options, TimeProvider time, ILogger logger)
    {
        var address = AgentAddress.From(options);
        Address = address.ToString();
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

    public Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new(registration.Id, registration.Name, registration.Address, registration.Port, registration.Tags, registration.Meta, new(Native: true)),
            AgentJson.Default.RegistrationJson);
        var call = new AgentCall(HttpMethod.Put, "/v1/agent/service/register", Address) { Needs = $"service:write on \"{registration.Name}\"", Body = body };
        return _channel.TellAsync(Named(call), cancellationToken);
    }

    public async Task DeregisterServiceAsync(string id, CancellationToken cancellationToken)
    {
        var call = new AgentCall(HttpMethod.Put, $"/v1/agent/service/deregister/{Segment(id)}", Address) { Needs = $"service:write on the service of \"{id}\"", Body = [] };
        try
        {
            await _channel.TellAsync(Named(call), cancellationToken);
        }
        catch (AgentException missing) when (missing.Fault == AgentFault.Missing)
        {
            // Gone is what was wanted.
        }
    }

    public Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken) =>
        _channel.AskAsync(
            Named(Get($"/v1/agent/service/{Segment(id)}", $"service:read on the service of \"{id}\"")).Blocking(query),
            AgentAnswers.Service,
            cancellationToken);

    public ValueTask DisposeAsync() => _secrets.DisposeAsync();

    // Community agents refuse both parameters, whatever they say.
    private static string? Enterprise(string? value) => value is "default" ? null : value;

    // A name of dots alone would be taken for a step up in the path.
    private string Segment(string name) => name is "" or "." or ".."
        ? throw new AgentException(AgentFault.Permanent, $"\"{name}\" is no name the agent at {Address} can be asked for")
        : Uri.EscapeDataString(name);

    private AgentCall Get(string path, string? needs = null) => new(HttpMethod.Get, path, Address) { Needs = needs };

    private AgentCall Named(AgentCall call) => call.With("ns", _namespace).With("partition", _partition);
}
