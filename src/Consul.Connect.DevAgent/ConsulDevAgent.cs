using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Catalog;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;

namespace ConsulConnect.DevAgent;

/// <summary>
/// A Consul agent inside this process, for development and tests: Consul's HTTP API on a loopback port, with its own certificate
/// authority, intentions and catalog. It keeps nothing, and refuses to start in production.
/// </summary>
public sealed partial class ConsulDevAgent : IAsyncDisposable
{
    private readonly AgentCore _core;
    private readonly AgentServer _server;

    private ConsulDevAgent(ConsulDevAgentOptions options)
    {
        _core = new(options);
        _server = new(_core, [.. CatalogRoom.Create(_core), .. IntentionsRoom.Create(_core)], options.Port);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Address => _server.Address;

    /// <summary>Starts an agent; it answers when this returns.</summary>
    public static async Task<ConsulDevAgent> StartAsync(ConsulDevAgentOptions? options = null, CancellationToken cancellationToken = default)
    {
        var agent = new ConsulDevAgent(options ?? new());
        await agent._server.StartAsync(cancellationToken);
        return agent;
    }

    /// <summary>Makes a token known, with rules in Consul's policy language; an earlier one of this secret is replaced.</summary>
    public void AddToken(string secret, string rules) => _core.Acl.Add(secret, AclRulesReader.Read(rules));

    /// <summary>Forgets a token: from now on it is answered 403. False: it was not known.</summary>
    public bool RevokeToken(string secret) => _core.Acl.Remove(secret);

    /// <summary>Ends it; calls that wait are cut.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
