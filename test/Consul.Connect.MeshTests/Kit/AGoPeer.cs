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

        Assert.Equal(1, exitCode);
        Assert.Contains("bad certificate", output, StringComparison.Ordinal);
    }
}
