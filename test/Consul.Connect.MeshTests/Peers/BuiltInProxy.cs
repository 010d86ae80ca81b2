using System.Net.Http.Json;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary><c>consul connect proxy</c> in front of a local program, in the catalog as its sidecar.</summary>
internal sealed class BuiltInProxy : IAsyncDisposable
{
    private readonly ConsulAgent _agent;
    private readonly ChildProcess _process;
    private readonly string _id;

    private BuiltInProxy(ConsulAgent agent, ChildProcess process, string id, int port) => (_agent, _process, _id, Port) = (agent, process, id, port);

    /// <summary>Where the mesh calls it.</summary>
    public int Port { get; }

    /// <param name="agent">Whose mesh.</param>
    /// <param name="service">Whom it stands for.</param>
    /// <param name="local">The port of the program behind it.</param>
    public static async Task<BuiltInProxy> StartAsync(ConsulAgent agent, string service, int local)
    {
        var port = FreePorts.Take(1)[0];
        var process = agent.StartCli("connect", "proxy", "-service", service, "-service-addr", $"127.0.0.1:{local}", "-listen", $"127.0.0.1:{port}");
        var proxy = new BuiltInProxy(agent, process, $"{service}-proxy", port);
        try
        {
            var caller = MeshCaller.From(await agent.IssueLeafAsync("asks-whether-it-serves"));
            await Eventually.HoldsAsync("the proxy does TLS", async ending =>
            {
                await using var tls = await caller.OpenTlsAsync(port, ending);
                return true;
            });
            var sidecar = new { ID = proxy._id, Name = proxy._id, Kind = "connect-proxy", Address = "127.0.0.1", Port = port, Proxy = new { DestinationServiceName = service } };
            (await agent.Http.PutAsJsonAsync("/v1/agent/service/register", sidecar, options: new() { PropertyNamingPolicy = null })).EnsureSuccessStatusCode();
            await Eventually.HoldsAsync("the catalog lists the sidecar", async ending => await agent.Http.GetStringAsync($"/v1/health/connect/{service}", ending) != "[]");
            return proxy;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.Http.PutAsync($"/v1/agent/service/deregister/{_id}", null);
        await _process.DisposeAsync();
    }
}
