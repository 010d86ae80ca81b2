using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Agent;

/// <summary>Peers on Consul's official Go library, which know nothing of this agent's being another one.</summary>
public sealed class TheGoLibrary
{
    [SkippableFact]
    public async Task Serves_and_calls_as_with_a_real_agent_and_follows_its_intentions()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        await using var server = await GoPeer.ServeAsync(agent.Address, "server", "-name", "orders", "-listen", "127.0.0.1:0", "-register");

        var allowed = await CallAsync(agent);
        Assert.True(allowed.ExitCode == 0, allowed.Output);
        Assert.Contains("/svc/web", allowed.Output, StringComparison.Ordinal);

        agent.Deny("web", "orders");
        await Eventually.ReadsAsync("the denied caller is refused", _ => CallAsync(agent), answer => answer.ExitCode != 0 && answer.Output.Contains("bad certificate", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Calls_an_app_that_registered_itself()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { DefaultIntentionPolicy = "deny" });
        agent.Allow("web", "orders");
        await using var app = await MeshApp.StartAsync("orders", [new("Consul:Address", agent.Address.ToString().TrimEnd('/')), new("Consul:Service:Name", "orders")]);
        await app.ReadyAsync();

        var (_, output) = await Eventually.ReadsAsync("the allowed caller finds the app and is answered", _ => CallAsync(agent, "/whoami"), answer => answer.ExitCode == 0);
        Assert.Contains("/svc/web", output, StringComparison.Ordinal);

        agent.Deny("web", "orders");
        await Eventually.ReadsAsync("the denied caller is refused", _ => CallAsync(agent, "/whoami"), answer => answer.ExitCode != 0);
    }

    private static Task<(int ExitCode, string Output)> CallAsync(ConsulDevAgent agent, string path = "/info") =>
        GoPeer.RunAsync(agent.Address, "client", "-name", "web", "-url", $"https://orders.service.consul{path}", "-timeout", "5s");
}
