using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class AFilter(ContractAgents agents) : IClassFixture<ContractAgents>, IAsyncLifetime
{
    [SkippableTheory]
    [BothAgents("Service.Tags contains \"x\"", true)]
    [BothAgents("\"x\" in Service.Tags", true)]
    [BothAgents("x not in Service.Tags", false)]
    [BothAgents("Service.Tags not contains x", false)]
    [BothAgents("Service.Tags is empty", false)]
    [BothAgents("Service.Tags is not empty", true)]
    [BothAgents("Service.Meta.k == 1", true)]
    [BothAgents("Service.Meta[\"k\"] == \"1\"", true)]
    [BothAgents("Service.Meta.zz == 1", false)]
    [BothAgents("k in Service.Meta", true)]
    [BothAgents("not Service.Port == 3", true)]
    [BothAgents("Service.Port != 2 or Node.Datacenter == dc1", true)]
    [BothAgents("Service.Port != 2 or Node.Datacenter == dc2 and Service.Port == 2", false)]
    [BothAgents("(Service.Port == 2) and Checks.Status == passing", true)]
    [BothAgents("Checks.Status == critical", false)]
    [BothAgents("Checks.Status != critical", true)]
    [BothAgents("Checks is not empty", true)]
    [BothAgents("Service.ID matches \"^f\"", true)]
    [BothAgents("Service.ID not matches `^f`", false)]
    [BothAgents("Service.ID contains ilt", true)]
    [BothAgents("Service.Connect.Native == true", true)]
    [BothAgents("Service.Weights.Passing == 1", true)]
    [BothAgents("Node.Meta is not empty", true)]
    [BothAgents("", true)]
    public async Task It_selects(AgentKind kind, string filter, bool isSelected)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync($"/v1/health/service/filtered?filter={Uri.EscapeDataString(filter)}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal(isSelected ? ["filtered"] : [], answer.Instances());
    }

    [SkippableTheory]
    [BothAgents("Service.Bogus == 1", "Selector \"Service.Bogus\" is not valid")]
    [BothAgents("Service.Port == x", "Failed to coerce value \"x\" for selector \"Service.Port\": strconv.ParseInt: parsing \"x\": invalid syntax")]
    [BothAgents("Service.ID is empty", "Invalid match operator \"Is Empty\" for selector \"Service.ID\"")]
    [BothAgents("Service.Tags == x", "Invalid match operator \"Equal\" for selector \"Service.Tags\"")]
    [BothAgents("Service == x", "Invalid match operator \"Equal\" for selector \"Service\"")]
    [BothAgents("Service.Port > 1", "1:14 (13): no match found, expected: \"!=\", \"==\", \"contains\", \"in\", \"is\", \"matches\", \"not\" or [ \\t\\r\\n]")]
    [BothAgents("Service.ID == v1 garbage", "1:18 (17): no match found, expected: \"and\", \"or\", [ \\t\\r\\n] or EOF")]
    [BothAgents("Service.Port in x", "Selector \"x\" is not valid")]
    public async Task A_bad_one_is_explained(AgentKind kind, string filter, string fault)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync($"/v1/health/connect/filtered?filter={Uri.EscapeDataString(filter)}");
        Assert.Equal((HttpStatusCode.InternalServerError, "Failed to create boolean expression evaluator: " + fault), (answer.Status, answer.Text));
    }

    [SkippableTheory]
    [BothAgents("foo")]
    [BothAgents("(")]
    [BothAgents("Service.Port == 2 and")]
    [BothAgents("Service.ID not matches \"(\"")]
    [BothAgents("Service.ID == \"x")]
    public async Task One_that_cannot_be_read_is_an_error(AgentKind kind, string filter)
    {
        var agent = await agents.GetAsync(kind);
        foreach (var path in new[] { "/v1/health/connect/filtered", "/v1/health/service/filtered", "/v1/catalog/service/filtered", "/v1/agent/services" })
        {
            var answer = await agent.GetAsync($"{path}?filter={Uri.EscapeDataString(filter)}");
            Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
            Assert.StartsWith("Failed to create boolean expression evaluator: ", answer.Text, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [BothAgents("/v1/agent/services", "Service==filtered", "filtered")]
    [BothAgents("/v1/agent/services", "Service==other", null)]
    [BothAgents("/v1/agent/checks", "Status==critical", null)]
    public async Task The_agents_lists_know_filters(AgentKind kind, string path, string filter, string? member)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Equal(member is null ? [] : [member], (await agent.GetAsync($"{path}?filter={Uri.EscapeDataString(filter)}")).Members);
    }

    [SkippableTheory, BothAgents]
    public async Task The_catalog_knows_filters(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Single((await agent.GetAsync("/v1/catalog/service/filtered?filter=ServicePort==2")).Json!.AsArray());
        Assert.Empty((await agent.GetAsync("/v1/catalog/service/filtered?filter=ServicePort==3")).Json!.AsArray());
    }

    public async Task InitializeAsync()
    {
        foreach (var kind in Enum.GetValues<AgentKind>())
        {
            try
            {
                var agent = await agents.GetAsync(kind);
                await agent.RegisterAsync("""{"Name":"filtered","Port":2,"Tags":["x","y"],"Meta":{"k":"1"},"Connect":{"Native":true}}""");
            }
            catch (SkipException)
            {
                // The tests of the real agent say so themselves.
            }
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
