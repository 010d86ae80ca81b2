using System.Net.Http.Json;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

public sealed class AServiceWithAResolver
{
    [SkippableFact]
    public async Task Is_called_at_its_own_instances_and_the_log_says_that_the_resolver_is_not_followed()
    {
        await using var agent = await ConsulAgent.StartAsync();
        using var peer = new HttpClient { BaseAddress = new(agent.Address) };
        await PutAsync(peer, "/v1/agent/service/register", new { ID = "redirected", Name = "redirected", Address = "127.0.0.1", Port = 8443, Connect = new { Native = true } });
        await PutAsync(peer, "/v1/agent/service/register", new { ID = "plain", Name = "plain", Address = "127.0.0.1", Port = 8444, Connect = new { Native = true } });
        await PutAsync(peer, "/v1/config", new { Kind = "service-resolver", Name = "redirected", Redirect = new { Service = "plain" } });
        using var logs = new ExpectedLogs();
        logs.Expect("ChainIsNotFollowed");
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(logs.Provider));
        await using var service = await ConnectService.StartAsync(
            options =>
            {
                options.Address = agent.Address;
                options.Connect.Service = "web";
            },
            loggers);

        foreach (var (name, port) in ((string, int)[])[("redirected", 8443), ("plain", 8444)])
            await Eventually.ReadsAsync("it is found", async cancellation => await service.Resolver.ResolveAsync(ConnectTarget.Service(name), cancellation), found => found is [{ } only] && only.Port == port);

        var line = await logs.WaitForAsync("ChainIsNotFollowed");
        Assert.StartsWith("redirected.service.consul has a resolver in Consul's configuration", line.Message, StringComparison.Ordinal);
    }

    private static async Task PutAsync(HttpClient agent, string path, object body)
    {
        using var answer = await agent.PutAsJsonAsync(path, body, options: new() { PropertyNamingPolicy = null });
        answer.EnsureSuccessStatusCode();
    }
}
