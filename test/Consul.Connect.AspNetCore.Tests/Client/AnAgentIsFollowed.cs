using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Client;

/// <summary>The whole way: an agent, a registered server, a worker that calls it.</summary>
public class AnAgentIsFollowed
{
    [Fact]
    public async Task A_worker_with_nothing_but_a_client_calls_a_registered_service_through_rotations()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { LeafRootChangeSpread = TimeSpan.Zero });
        agent.Allow("web", "payments");
        await using var server = await MeshApp.StartAsync("payments", [new("Consul:Address", $"{agent.Address}"), new("Consul:Service:Name", "payments"), new("Consul:Service:Address", "127.0.0.1")]);
        await server.ReadyAsync();
        using var host = await WorkerAsync(agent);
        var http = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("payments");
        await Eventually.ReadsAsync("the service is called", cancellation => http.GetStringAsync("/whoami", cancellation), answer => answer.EndsWith("/svc/web", StringComparison.Ordinal));

        var service = host.Services.GetRequiredService<ConnectService>();
        for (var rotation = 0; rotation < 3; rotation++)
        {
            var roots = service.Credentials.Current!.RootCount;
            await agent.RotateRootAsync();
            // Both ends, because a leaf is signed across by the root before its own and by no older one.
            while (service.Credentials.Current!.RootCount == roots || server.Service.Credentials.Current!.RootCount == roots)
                Assert.EndsWith("/svc/web", await http.GetStringAsync("/whoami"));
            Assert.EndsWith("/svc/web", await http.GetStringAsync("/whoami"));
        }

        Assert.Single(await service.Resolver.ResolveAsync(ConnectTarget.Service("payments"), CancellationToken.None));
        await host.StopAsync();
    }

    [Fact]
    [Trait("Case", "CLI-025")]
    public async Task A_caller_that_an_intention_denies_is_told_so()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        agent.Deny("web", "payments");
        await using var server = await MeshApp.StartAsync("payments", [new("Consul:Address", $"{agent.Address}"), new("Consul:Service:Name", "payments"), new("Consul:Service:Address", "127.0.0.1")]);
        await server.ReadyAsync();
        using var host = await WorkerAsync(agent);
        var http = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("payments");

        var denied = await Eventually.ReadsAsync("the refusal is told", async cancellation => (await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync("/whoami", cancellation))).InnerException, failure => failure is ConnectDeniedException);

        Assert.Contains("an intention that denies \"web\" -> \"payments\"", denied!.Message);
        agent.Allow("web", "payments");
        await Eventually.ReadsAsync("the service is called", cancellation => http.GetStringAsync("/whoami", cancellation), answer => answer.EndsWith("/svc/web", StringComparison.Ordinal));
        await host.StopAsync();
    }

    private static async Task<IHost> WorkerAsync(ConsulDevAgent agent)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("Consul:Address", $"{agent.Address}"), new("Consul:Connect:Service", "web")]);
        builder.Services.AddHttpClient("payments", client => client.BaseAddress = new("https://payments.service.consul")).AddConsulConnect();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
