namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class TheCatalogsLists(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task Services_are_listed_with_their_tags(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"ID":"v1","Name":"v","Port":1,"Tags":["x","y"]}""");
        await agent.RegisterAsync("""{"ID":"v2","Name":"v","Port":2,"Tags":["y"]}""");
        await agent.RegisterAsync("""{"Name":"untagged","Port":1}""");
        var services = (await agent.GetAsync("/v1/catalog/services")).Json!;
        Assert.Equal(["consul", "untagged", "v"], services.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["x", "y"], services["v"]!.AsArray().Select(tag => tag!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal("[]", services["untagged"]!.ToJsonString());
        Assert.Equal("{}", (await agent.GetAsync("/v1/catalog/services?node-meta=a:b")).Json!.ToJsonString());
    }

    [SkippableTheory, BothAgents]
    public async Task Instances_are_listed_flat_with_their_node(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"flat-1","Name":"flat","Port":5001,"Address":"127.0.0.1"}""");
        var answer = await agent.GetAsync("/v1/catalog/service/flat");
        Assert.True(answer.Index > 0);
        var members = answer.Json![0]!.AsObject().Select(member => member.Key).ToList();
        string[] expected =
        [
            "ID", "Node", "Address", "Datacenter", "TaggedAddresses", "NodeMeta", "ServiceKind", "ServiceID", "ServiceName", "ServiceTags", "ServiceAddress", "ServiceTaggedAddresses", "ServiceWeights",
            "ServiceMeta", "ServicePort", "ServiceSocketPath", "ServiceEnableTagOverride", "ServiceProxy", "ServiceConnect", "ServiceLocality", "CreateIndex", "ModifyIndex",
        ];
        Assert.Equal(agent.Knows(Feature.CurrentTexts) ? expected : expected.Except(["ServiceSocketPath", "ServiceLocality"]), members);
        Assert.Equal("{}", answer.Json![0]!["ServiceMeta"]!.ToJsonString());
    }

    [SkippableTheory, BothAgents]
    public async Task There_is_one_node_in_one_datacenter(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Equal("""["dc1"]""", (await agent.GetAsync("/v1/catalog/datacenters")).Json!.ToJsonString());
        var nodes = await agent.GetAsync("/v1/catalog/nodes");
        var node = Assert.Single(nodes.Json!.AsArray())!;
        Assert.Equal(["ID", "Node", "Address", "Datacenter", "TaggedAddresses", "Meta", "CreateIndex", "ModifyIndex"], node.AsObject().Select(member => member.Key));
        Assert.True(nodes.Index > 0);
        var one = await agent.GetAsync($"/v1/catalog/node/{node["Node"]}");
        Assert.Equal(["Node", "Services"], one.Members);
    }

    [SkippableTheory, BothAgents]
    public async Task Checks_of_a_service_are_listed(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"examined","Port":1,"Checks":[{"TTL":"5m"},{"TCP":"127.0.0.1:1","Interval":"1h","Timeout":"2s"}]}""");
        var checks = (await agent.GetAsync("/v1/health/checks/examined")).Json!.AsArray();
        Assert.Equal(["service:examined:1", "service:examined:2"], checks.Select(check => check!["CheckID"]!.GetValue<string>()));
        Assert.Equal(["ttl", "tcp"], checks.Select(check => check!["Type"]!.GetValue<string>()));
        if (agent.Knows(Feature.CurrentTexts))
            Assert.Equal(("1h0m0s", "2s"), (checks[1]!["Interval"]!.GetValue<string>(), checks[1]!["Timeout"]!.GetValue<string>()));
    }
}
