using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

/// <summary>Routers, splitters and resolvers, which sidecars follow and this app does not.</summary>
public class AChainIsConfigured
{
    // As Consul 1.8 and 1.21 say it; the newer one names its partition too.
    private const string Default = """{"Chain":{"ServiceName":"api","Namespace":"default","Datacenter":"dc1","Protocol":"tcp","StartNode":"resolver:api.default.dc1","Nodes":{"resolver:api.default.dc1":{"Type":"resolver","Name":"api.default.dc1","Resolver":{"ConnectTimeout":"5s","Default":true,"Target":"api.default.dc1"}}},"Targets":{}}}""";

    [Theory]
    [InlineData("a resolver", """{"Chain":{"ServiceName":"api","StartNode":"resolver:v1.api.default.default.dc1","Nodes":{"resolver:v1.api.default.default.dc1":{"Type":"resolver","Resolver":{"ConnectTimeout":"3s","Target":"v1.api.default.default.dc1"}}}}}""")]
    [InlineData("a resolver", """{"Chain":{"ServiceName":"api","StartNode":"resolver:other.default.default.dc1","Nodes":{"resolver:other.default.default.dc1":{"Type":"resolver","Resolver":{"Default":true}}}}}""")]
    [InlineData("a splitter and a resolver", """{"Chain":{"ServiceName":"api","StartNode":"splitter:api.default.default","Nodes":{"splitter:api.default.default":{"Type":"splitter"},"resolver:v1.api.default.default.dc1":{"Type":"resolver","Resolver":{}}}}}""")]
    [InlineData("a router and a splitter", """{"Chain":{"ServiceName":"api","StartNode":"router:api.default.default","Nodes":{"router:api.default.default":{"Type":"router"},"splitter:api.default.default":{"Type":"splitter"},"resolver:api.default.default.dc1":{"Type":"resolver","Resolver":{"Default":true}}}}}""")]
    public async Task It_is_said_once_that_it_is_not_followed(string parts, string chain)
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        room.Agent.SetChain("api", chain);
        var upstream = room.Service("api");

        for (var i = 0; i < 10; i++)
            await Following.NowAsync(upstream);

        await Eventually.HoldsAsync("it is said", () => room.Logs.All.Any(line => line.Contains($"api.service.consul has {parts} in Consul's configuration, which this app does not follow", StringComparison.Ordinal)));
        await room.AndTakenAsync("api", () => room.Agent.SetHealth("api", new ScriptedInstance("api-2", 8444)));
        await Following.NowAsync(upstream);
        Assert.Single(room.Agent.Requests.To("/v1/discovery-chain/api"));
        Assert.Single(room.Logs.All, line => line.Contains("does not follow", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Default)]
    [InlineData("null")]
    [InlineData("{\"Chain\":null}")]
    [InlineData("{\"Chain\":{\"Nodes\":{\"a\":null}}}")]
    [InlineData("nonsense")]
    [InlineData(null)] // An agent that does not know the call.
    public async Task Where_there_is_none_or_nobody_knows_there_is_nothing_to_say(string? chain)
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        if (chain is not null)
            room.Agent.SetChain("api", chain);

        await Following.NowAsync(room.Service("api"));
        await room.Agent.Requests.WaitForAsync(request => request.Path == "/v1/discovery-chain/api");
        await room.Upstreams.DisposeAsync();

        Assert.Empty(room.Logs.From(Microsoft.Extensions.Logging.LogLevel.Warning));
    }

    [Fact]
    public async Task A_request_does_not_wait_for_it_and_the_end_does_not_either()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        using var hold = room.Agent.Hold("/v1/discovery-chain");

        Assert.Single((await Following.NowAsync(room.Service("api"))).Instances);
        await room.Agent.Requests.WaitForAsync(request => request.Path == "/v1/discovery-chain/api");
        await room.Upstreams.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_is_configured_and_not_called_is_not_asked_for()
    {
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["api"] = new());
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));

        room.Upstreams.Start();
        await room.WaitsAsync("api");

        Assert.Empty(room.Agent.Requests.To("/v1/discovery-chain/api"));
    }
}
