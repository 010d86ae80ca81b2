using System.Net.Http.Json;
using ConsulConnect.DevAgent;
using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

public class WithAnAgent
{
    [Theory]
    [InlineData(12)]
    [InlineData(8)] // Too few to keep any waiting: the agent's cache is read.
    public async Task Native_instances_and_sidecars_are_found_and_critical_ones_are_not(int connections)
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var operator_ = new HttpClient { BaseAddress = agent.Address };
        await RegisterAsync(operator_, new { ID = "api-1", Name = "api", Address = "127.0.0.1", Port = 8443, Connect = new { Native = true }, Weights = new { Passing = 7, Warning = 2 } });
        await RegisterAsync(operator_, new { ID = "api-2", Name = "api-sidecar", Kind = "connect-proxy", Port = 21000, Proxy = new { DestinationServiceName = "api" } });
        await RegisterAsync(operator_, new { ID = "api-3", Name = "api", Port = 8445, Connect = new { Native = true }, Check = new { TTL = "1h", Status = "critical" } });
        await using var service = await StartAsync(agent, connections);

        var set = await Following.NowAsync(Open(service, "api.service.consul"));

        Assert.Equal([("api-1", 8443, "api", 7), ("api-2", 21000, "api", 1)], set.Instances.Select(one => (one.Id!, one.Port, one.Service, one.Weight)));
        Assert.All(set.Instances, one => Assert.Equal(("dc1", "default", "default"), (one.Datacenter, one.Namespace, one.Partition)));
        Assert.Equal("of 3 instances of \"api\", 2 can be called: 1 critical", set.Problem);
    }

    [Fact]
    public async Task An_instance_that_turns_critical_leaves_and_one_that_recovers_comes_back()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var operator_ = new HttpClient { BaseAddress = agent.Address };
        await RegisterAsync(operator_, new { ID = "api-1", Name = "api", Port = 8443, Connect = new { Native = true }, Check = new { CheckID = "c", TTL = "1h", Status = "passing" } });
        await using var service = await StartAsync(agent);
        var upstream = Open(service, "api.service.consul");
        Assert.Single((await Following.NowAsync(upstream)).Instances);

        (await operator_.PutAsync("/v1/agent/check/fail/c", null)).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync("it has left", async _ => (await Following.NowAsync(upstream)).Instances.Count == 0);
        Assert.Equal("the only instance of \"api\" is critical", (await Following.NowAsync(upstream)).Problem);

        (await operator_.PutAsync("/v1/agent/check/warn/c", null)).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync("it is back", async _ => (await Following.NowAsync(upstream)).Instances.Count == 1);
    }

    [Fact]
    public async Task A_prepared_query_finds_its_service()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var operator_ = new HttpClient { BaseAddress = agent.Address };
        await RegisterAsync(operator_, new { ID = "api-1", Name = "api", Port = 8443, Connect = new { Native = true } });
        (await operator_.PostAsJsonAsync("/v1/query", new { Name = "nearest", Service = new { Service = "api" } })).EnsureSuccessStatusCode();
        await using var service = await StartAsync(agent);

        Assert.Equal("api", Assert.Single((await Following.NowAsync(Open(service, "nearest.query.consul"))).Instances).Service);
        Assert.Contains("there is no prepared query \"other\"", (await Following.NowAsync(Open(service, "other.query.consul"))).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service \"web\" { policy = \"write\" }")]
    [InlineData("service_prefix \"\" { policy = \"read\" }")]
    public async Task A_token_without_the_rights_is_told_which_are_missing(string rules)
    {
        var options = new ConsulDevAgentOptions { AclDefaultPolicy = "deny", ManagementToken = "root" };
        options.Tokens["weak"] = rules;
        await using var agent = await ConsulDevAgent.StartAsync(options);
        using var operator_ = new HttpClient { BaseAddress = agent.Address, DefaultRequestHeaders = { { "X-Consul-Token", "root" } } };
        await RegisterAsync(operator_, new { ID = "api-1", Name = "api", Port = 8443, Connect = new { Native = true } });
        await using var service = await StartAsync(agent, token: "weak");

        var set = await Following.NowAsync(Open(service, "api.service.consul"));

        Assert.Empty(set.Instances);
        Assert.Contains("needs service:read on \"api\" and node:read on its nodes", set.Problem, StringComparison.Ordinal);
    }

    private static IUpstream Open(ConnectService service, string host)
    {
        Assert.True(HostName.TryParse(host, service.Options.Connect.Upstreams, out var target, out var fault), fault);
        return service.Upstreams.Open(target);
    }

    private static Task<ConnectService> StartAsync(ConsulDevAgent agent, int connections = 12, string? token = null) =>
        ConnectService.StartAsync(options =>
        {
            options.Address = agent.Address.OriginalString;
            options.Token = token;
            options.MaxConnections = connections;
            options.Connect.Service = "web";
        });

    private static async Task RegisterAsync(HttpClient agent, object service) =>
        (await agent.PutAsJsonAsync("/v1/agent/service/register", service, options: new() { PropertyNamingPolicy = null })).EnsureSuccessStatusCode();
}
