using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class ASidecar(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_comes_with_its_service_and_is_filled_in(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"legacy","Port":5003,"Tags":["t"],"Meta":{"a":"b"},"Connect":{"SidecarService":{}}}""");
        var sidecar = (await agent.GetAsync("/v1/agent/service/legacy-sidecar-proxy")).Json!.AsObject();
        sidecar.Remove("ContentHash");
        sidecar.Remove("Datacenter");
        Assert.Equal(
            """{"Kind":"connect-proxy","ID":"legacy-sidecar-proxy","Service":"legacy-sidecar-proxy","Tags":["t"],"Meta":{"a":"b"},"Port":21000,"Address":"","Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Proxy":{"DestinationServiceName":"legacy","DestinationServiceID":"legacy","LocalServiceAddress":"127.0.0.1","LocalServicePort":5003,"MeshGateway":{},"Expose":{}}}""",
            sidecar.ToJsonString());
        var checks = (await agent.GetAsync("/v1/agent/checks")).Json!;
        Assert.Equal(["Connect Sidecar Listening", "Connect Sidecar Aliasing legacy"], new[] { 1, 2 }.Select(n => checks[$"service:legacy-sidecar-proxy:{n}"]!["Name"]!.GetValue<string>()));
        await agent.RegisterAsync("""{"Name":"second","Port":5004,"Connect":{"SidecarService":{}}}""");
        Assert.Equal(21001, (await agent.GetAsync("/v1/agent/service/second-sidecar-proxy")).Json!["Port"]!.GetValue<int>());
        Assert.Equal(["legacy-sidecar-proxy"], (await agent.GetAsync("/v1/health/connect/legacy")).Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task It_leaves_with_its_service(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"pair","Port":5003,"Connect":{"SidecarService":{}}}""");
        await agent.PutAsync("/v1/agent/service/deregister/pair");
        var members = (await agent.GetAsync("/v1/agent/services")).Members;
        Assert.DoesNotContain("pair", members);
        Assert.DoesNotContain("pair-sidecar-proxy", members);
    }

    [SkippableTheory, BothAgents]
    public async Task A_native_service_may_have_one_too(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"both","Port":5003,"Connect":{"Native":true,"SidecarService":{"Port":5005}}}""");
        Assert.Equal(["both", "both-sidecar-proxy"], (await agent.GetAsync("/v1/health/connect/both")).Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task Its_upstreams_are_shown(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"calls","Port":5003,"Connect":{"SidecarService":{"Port":5006,"Proxy":{"Config":{"a":1},"Upstreams":[{"DestinationName":"web","LocalBindPort":21998}]}}}}""");
        var proxy = (await agent.GetAsync("/v1/health/connect/calls")).Json![0]!["Service"]!["Proxy"]!;
        Assert.Equal("""{"a":1}""", proxy["Config"]!.ToJsonString());
        var upstream = proxy["Upstreams"]![0]!;
        var expected = JsonNode.Parse("""{"DestinationType":"service","DestinationName":"web","Datacenter":"","LocalBindPort":21998,"Config":null,"MeshGateway":{}}""")!;
        Assert.Equal(expected.ToJsonString(), upstream.ToJsonString());
    }
}
