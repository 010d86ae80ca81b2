using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class MaintenanceMode(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_takes_a_service_out_and_back(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"drained-1","Name":"drained","Port":1,"Connect":{"Native":true}}""");
        Assert.Equal(["drained-1"], (await agent.GetAsync("/v1/health/connect/drained?passing")).Instances());
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/service/maintenance/drained-1?enable=true&reason=drain")).Status);
        await agent.PutAsync("/v1/agent/service/maintenance/drained-1?enable=true&reason=again");
        Assert.Empty((await agent.GetAsync("/v1/health/connect/drained?passing")).Instances());
        var check = await agent.CheckAsync("_service_maintenance:drained-1");
        Assert.Equal(("Service Maintenance Mode", "critical", "drain", "maintenance"), (check["Name"]!.GetValue<string>(), check["Status"]!.GetValue<string>(), check["Notes"]!.GetValue<string>(), check["Type"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/service/maintenance/drained-1?enable=false")).Status);
        Assert.Equal(["drained-1"], (await agent.GetAsync("/v1/health/connect/drained?passing")).Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task The_nodes_takes_every_service_out(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"resting","Port":1}""");
        await agent.PutAsync("/v1/agent/maintenance?enable=true");
        Assert.Empty((await agent.GetAsync("/v1/health/service/resting?passing")).Instances());
        Assert.Equal("Maintenance mode is enabled for this node, but no reason was provided. This is a default message.", (await agent.CheckAsync("_node_maintenance"))["Notes"]!.GetValue<string>());
        await agent.PutAsync("/v1/agent/maintenance?enable=false");
        Assert.Equal(["resting"], (await agent.GetAsync("/v1/health/service/resting?passing")).Instances());
    }

    [SkippableTheory]
    [BothAgents("/v1/agent/service/maintenance/?enable=true", "Missing service ID")]
    [BothAgents("/v1/agent/service/maintenance/x", "Missing value for enable")]
    [BothAgents("/v1/agent/service/maintenance/x?enable=x", "Invalid value for enable: \"x\"")]
    [BothAgents("/v1/agent/maintenance", "Missing value for enable")]
    [BothAgents("/v1/agent/maintenance?enable=2", "Invalid value for enable: \"2\"")]
    public async Task A_bad_call_is_refused(AgentKind kind, string path, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync(path);
        Assert.Equal((HttpStatusCode.BadRequest, text), (answer.Status, answer.Text));
    }
}
