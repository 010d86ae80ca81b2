namespace ConsulConnect.TestKit;

/// <summary>A server and a client agent with ACLs that deny by default, as in production.</summary>
public sealed class ConsulPair : IAsyncDisposable
{
    private ConsulPair(ConsulAgent server, ConsulAgent client)
    {
        Server = server;
        Client = client;
    }

    public ConsulAgent Server { get; }

    /// <summary>The agent an app speaks to.</summary>
    public ConsulAgent Client { get; }

    public static async Task<ConsulPair> StartAsync(Action<ConsulAgentOptions>? configureClient = null)
    {
        var server = await ConsulAgent.StartAsync(o => o.AclDefaultPolicy = "deny");
        try
        {
            return new(server, await ConsulAgent.StartAsync(o =>
            {
                o.IsServer = false;
                o.Join = server;
                configureClient?.Invoke(o);
            }));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
