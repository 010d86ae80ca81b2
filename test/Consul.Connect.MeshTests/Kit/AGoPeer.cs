using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public class AGoPeer
{
    [SkippableFact]
    public async Task Two_of_them_talk_until_an_intention_denies_it()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var server = await GoPeer.ServeAsync(agent, "server", "-name", "web", "-register");
        string[] call = ["client", "-name", "client", "-url", "https://web.service.consul/info", "-timeout", "5s"];

        await Eventually.ReadsAsync("the peers talk", async _ => await GoPeer.RunAsync(agent, call), result => result.ExitCode == 0 && result.Output.Contains("/svc/client", StringComparison.Ordinal));
        await agent.CreateIntentionAsync("client", "web", allow: false);
        var (exitCode, output) = await GoPeer.RunAsync(agent, call);

        // What the caller says depends on whether it was still writing when it was refused.
        Assert.True(exitCode == 1, output);
        await server.Process.WaitForLineAsync(line => line.Contains("authz call denied", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task The_built_in_proxy_carries_bytes_to_it()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var server = await GoPeer.ServeAsync(agent, "tcpecho", "-name", "echo", "-register");
        var port = FreePorts.Take(1)[0];
        await using var proxy = agent.StartCli("connect", "proxy", "-service", "client", "-upstream", $"echo:127.0.0.1:{port}");
        await proxy.WaitForLineAsync(line => line.Contains("ready to serve", StringComparison.Ordinal));

        await Eventually.HoldsAsync("bytes come back", async ending =>
        {
            using var caller = new TcpClient();
            await caller.ConnectAsync(IPAddress.Loopback, port, ending);
            await caller.GetStream().WriteAsync("x"u8.ToArray(), ending);
            return await caller.GetStream().ReadAsync(new byte[1], ending) == 1;
        });
    }
}
