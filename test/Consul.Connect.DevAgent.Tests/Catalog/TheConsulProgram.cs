using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Catalog;

public sealed class TheConsulProgram
{
    [SkippableFact]
    public async Task It_lists_the_catalog()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { NodeName = "lab" });
        await RegisterAsync(agent, """{"Name":"web","Port":1,"Tags":["v1"],"Connect":{"Native":true} }""");
        Assert.Equal((0, "consul\nweb"), await RunAsync(agent, "catalog", "services"));
        Assert.Equal((0, "dc1"), await RunAsync(agent, "catalog", "datacenters"));
        var (exitCode, nodes) = await RunAsync(agent, "catalog", "nodes", "-service=web");
        Assert.Equal(0, exitCode);
        Assert.Contains("lab", nodes, StringComparison.Ordinal);
        Assert.Contains("v1", (await RunAsync(agent, "catalog", "services", "-tags")).Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_registers_deregisters_and_sets_maintenance()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        var (exitCode, output) = await RunAsync(agent, "services", "register", "-name=cli", "-port=8080", "-tag=a", "-meta=k=v");
        Assert.Equal((0, "Registered service: cli"), (exitCode, output));
        Assert.Equal(0, (await RunAsync(agent, "maint", "-enable", "-service=cli", "-reason=drain")).ExitCode);
        Assert.Contains("drain", (await RunAsync(agent, "maint")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(agent, "maint", "-disable", "-service=cli")).ExitCode);
        Assert.Equal(0, (await RunAsync(agent, "services", "deregister", "-id=cli")).ExitCode);
        Assert.Equal((0, "consul"), await RunAsync(agent, "catalog", "services"));
    }

    [SkippableFact]
    public async Task Its_proxies_register_find_each_other_and_carry_traffic()
    {
        var consul = await RealConsul.FindAsync();
        await using var agent = await ConsulDevAgent.StartAsync();
        using var application = new TcpListener(IPAddress.Loopback, 0);
        application.Start();
        var echo = EchoAsync(application);
        var (publicPort, upstreamPort) = (FreePort(), FreePort());
        var environment = Environment(agent);
        await using var server = ChildProcess.Start(
            consul.Path,
            ["connect", "proxy", "-service", "echo", "-service-addr", application.LocalEndpoint.ToString()!, "-listen", $"127.0.0.1:{publicPort}", "-register"],
            environment);
        using var http = new HttpClient { BaseAddress = agent.Address };
        await Eventually.HoldsAsync("the proxy is passing", async cancel => (await http.GetStringAsync("/v1/health/connect/echo?passing", cancel)).Contains("\"DestinationServiceName\":\"echo\"", StringComparison.Ordinal));
        await using var client = ChildProcess.Start(consul.Path, ["connect", "proxy", "-service", "client", "-upstream", $"echo:127.0.0.1:{upstreamPort}"], environment);
        await Eventually.HoldsAsync("a word comes back", async _ => await AskAsync(upstreamPort, "hello") == "hello");

        await server.StopAsync();
        await Eventually.HoldsAsync("the proxy is deregistered", async cancel => await http.GetStringAsync("/v1/health/connect/echo", cancel) == "[]");
        application.Stop();
        await echo;
    }

    private static async Task RegisterAsync(ConsulDevAgent agent, string service)
    {
        using var http = new HttpClient { BaseAddress = agent.Address };
        (await http.PutAsync("/v1/agent/service/register", new StringContent(service))).EnsureSuccessStatusCode();
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ConsulDevAgent agent, params string[] arguments)
    {
        var (exitCode, output) = await ChildProcess.RunAsync((await RealConsul.FindAsync()).Path, arguments, Environment(agent));
        return (exitCode, output.Trim());
    }

    private static Dictionary<string, string?> Environment(ConsulDevAgent agent) => new() { ["CONSUL_HTTP_ADDR"] = agent.Address.Authority };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task EchoAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                var buffer = new byte[64];
                for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
                    await stream.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task<string?> AskAsync(int port, string word)
    {
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, port);
            using var stream = connection.GetStream();
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            await writer.WriteLineAsync(word.AsMemory());
            return await reader.ReadLineAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return e.GetType().Name.ToString(CultureInfo.InvariantCulture);
        }
    }
}
