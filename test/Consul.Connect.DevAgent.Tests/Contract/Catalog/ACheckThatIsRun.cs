using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class ACheckThatIsRun(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task A_TCP_check_follows_the_listener(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await agent.RegisterAsync($$$"""{"Name":"listening","Port":{{{port}}},"Check":{"TCP":"127.0.0.1:{{{port}}}","Interval":"1s"}}""");
        await Eventually.HoldsAsync("the check passes", async _ => await agent.StateAsync("service:listening") == ("passing", $"TCP connect 127.0.0.1:{port}: Success"));
        listener.Stop();
        await Eventually.HoldsAsync("the check fails", async _ => await agent.StateAsync("service:listening") == ("critical", $"dial tcp 127.0.0.1:{port}: connect: connection refused"));
    }

    [SkippableTheory]
    [BothAgents("/v1/status/leader", "passing", "200 OK")]
    [BothAgents("/v1/nope", "critical", "404 Not Found")]
    public async Task An_HTTP_check_follows_the_status(AgentKind kind, string path, string status, string line)
    {
        var agent = await agents.GetAsync(kind);
        using var server = new HttpListener();
        var prefix = Start(server);
        var serving = ServeAsync(server);
        var name = "asked-" + status;
        await agent.RegisterAsync($$$"""{"Name":"{{{name}}}","Port":1,"Check":{"HTTP":"{{{prefix}}}{{{path[1..]}}}","Interval":"1s","Header":{"X-Probe":["yes"]} } }""");
        await Eventually.HoldsAsync("the check has asked", async _ => await agent.StateAsync("service:" + name) == (status, $"HTTP GET {prefix}{path[1..]}: {line} Output: probed yes"));
        server.Stop();
        await serving;
    }

    private static string Start(HttpListener server)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var prefix = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        server.Prefixes.Add(prefix);
        server.Start();
        return prefix;
    }

    private static async Task ServeAsync(HttpListener server)
    {
        try
        {
            while (true)
            {
                var context = await server.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/v1/status/leader" ? 200 : 404;
                context.Response.Close([.. $"probed {context.Request.Headers["X-Probe"]}".Select(character => (byte)character)], willBlock: true);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
