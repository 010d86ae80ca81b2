using ConsulConnect.DevAgent.Catalog;
using ConsulConnect.DevAgent.Connect;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;
using ConsulConnect.DevAgent.Node;

namespace ConsulConnect.DevAgent;

/// <summary>
/// A Consul agent inside this process, for development and tests: Consul's HTTP API on a loopback port, with its own certificate
/// authority, intentions and catalog. It keeps nothing, and refuses to start in production.
/// </summary>
public sealed partial class ConsulDevAgent : IAsyncDisposable
{
    private readonly AgentCore _core;
    private readonly AgentCatalog _catalog;
    private readonly AgentServer _server;

    private ConsulDevAgent(ConsulDevAgentOptions options)
    {
        _core = new(options);
        _catalog = new(_core);
        _server = new(_core, [.. ConnectRoom.Create(_core), .. NodeRoom.Create(_core), .. CatalogRoom.Create(_core, _catalog), .. IntentionsRoom.Create(_core)], options.Port);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Address => _server.Address;

    /// <summary>How many calls wait for a change.</summary>
    internal int WaitingCalls => _core.State.Waiting;

    /// <summary>Starts an agent; it answers when this returns.</summary>
    /// <param name="options">Default: a port of the OS, no ACLs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">ASPNETCORE_ENVIRONMENT or DOTNET_ENVIRONMENT is Production.</exception>
    /// <exception cref="ArgumentException">An option is wrong; the message names all that are.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ConsulDevAgent> StartAsync(ConsulDevAgentOptions? options = null, CancellationToken cancellationToken = default)
    {
        DevelopmentOnly.Demand(Environment.GetEnvironmentVariable);
        options ??= new();
        ConsulDevAgentOptionsValidator.Validate(options);
        var agent = new ConsulDevAgent(options);
        try
        {
            await agent._server.StartAsync(cancellationToken);
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }

        if (!options.StartIsAnnounced)
            agent._core.Log.Started(agent.Address, options.Datacenter, agent.TrustDomain, options.AclDefaultPolicy is null ? "off" : "on", options.DefaultIntentionPolicy ?? agent._core.Acl.DefaultPolicy);
        return agent;
    }

    /// <summary>
    /// Goes away, cutting every call, and is back at its address when this returns: like a client agent that is killed and started
    /// again, whose servers keep the roots, intentions, other configuration entries and tokens.
    /// </summary>
    /// <param name="forgetServices">Whether services and checks are gone until they are registered again, as after a start with an empty data directory.</param>
    /// <param name="whileAway">Is awaited while nobody answers. Whatever it throws is thrown when the agent is back.</param>
    /// <param name="cancellationToken">Gives up, and leaves it away.</param>
    /// <exception cref="IOException">Somebody else has taken the port.</exception>
    /// <exception cref="ObjectDisposedException">It was ended, perhaps meanwhile.</exception>
    public async Task RestartAsync(bool forgetServices = false, Func<Task>? whileAway = null, CancellationToken cancellationToken = default)
    {
        await _server.CutAsync();
        try
        {
            if (forgetServices)
                _catalog.Forget();
            await (whileAway?.Invoke() ?? Task.CompletedTask);
        }
        finally
        {
            await _server.ListenAgainAsync(cancellationToken);
        }
    }

    /// <summary>Ends it; calls that wait are cut.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
