using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class TokensInTheCatalog(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private static readonly ContractSettings Denied = new(AclDefaultPolicy: "deny");

    [SkippableTheory, BothAgents]
    public async Task Registering_takes_the_right_on_the_service(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Denied);
        var token = await agent.CreateTokenAsync("""service "mine" { policy = "write" }""");
        const string mine = """{"Name":"mine","Port":1,"Check":{"TTL":"5m"}}""";
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/service/register", mine, token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/check/pass/service:mine", token: token)).Status);
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/register", """{"Name":"theirs","Port":1}""", token), "theirs");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/register", mine, ""), "mine");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/check/pass/service:mine", token: ""), "mine");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/maintenance/mine?enable=true", token: ""), "mine");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/deregister/mine", token: ""), "mine");
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/service/deregister/mine", token: token)).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task A_proxy_takes_the_right_on_its_destination(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Denied);
        var token = await agent.CreateTokenAsync("""service "stolen-proxy" { policy = "write" }""");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/register", """{"Name":"stolen-proxy","Kind":"connect-proxy","Port":1,"Proxy":{"DestinationServiceName":"stolen"}}""", token), "stolen");
    }

    [SkippableTheory, BothAgents]
    public async Task An_instance_of_another_service_is_not_replaced(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Denied);
        await agent.RegisterAsync("""{"ID":"owned","Name":"owner","Port":1}""");
        var token = await agent.CreateTokenAsync("""service "thief" { policy = "write" }""");
        await AssertDeniedAsync(agent, () => agent.PutAsync("/v1/agent/service/register", """{"ID":"owned","Name":"thief","Port":1}""", token), "owner");
        Assert.Equal("owner", (await agent.GetAsync("/v1/agent/service/owned")).Json!["Service"]!.GetValue<string>());
    }

    [SkippableTheory]
    [BothAgents("GET", "/v1/agent/services")]
    [BothAgents("GET", "/v1/agent/service/x")]
    [BothAgents("GET", "/v1/health/connect/x")]
    [BothAgents("GET", "/v1/health/service/x")]
    [BothAgents("GET", "/v1/catalog/services")]
    [BothAgents("PUT", "/v1/agent/service/deregister/x")]
    [BothAgents("PUT", "/v1/agent/check/pass/x")]
    public async Task An_unknown_token_is_refused_everywhere(AgentKind kind, string method, string path)
    {
        var agent = await agents.GetAsync(kind, Denied);
        var answer = await agent.SendAsync(new(method), path, token: Guid.NewGuid().ToString());
        Assert.Equal((HttpStatusCode.Forbidden, "ACL not found"), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task Answers_hold_only_what_the_token_may_see(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Denied);
        await agent.RegisterAsync("""{"Name":"seen","Port":1,"Connect":{"Native":true},"Check":{"TTL":"5m"}}""");
        await agent.RegisterAsync("""{"Name":"hidden","Port":1,"Connect":{"Native":true},"Check":{"TTL":"5m"}}""");
        var serviceOnly = await agent.CreateTokenAsync("""service "seen" { policy = "read" }""");
        var reader = await agent.CreateTokenAsync("""service "seen" { policy = "read" } node_prefix "" { policy = "read" }""");

        AssertSeen(agent, await agent.GetAsync("/v1/health/connect/seen", reader), ["seen"], isFiltered: false);
        AssertSeen(agent, await agent.GetAsync("/v1/health/connect/seen", serviceOnly), [], isFiltered: true);
        AssertSeen(agent, await agent.GetAsync("/v1/health/service/seen", serviceOnly), [], isFiltered: true);
        AssertSeen(agent, await agent.GetAsync("/v1/health/service/hidden", reader), [], isFiltered: true);
        AssertSeen(agent, await agent.GetAsync("/v1/health/service/hidden", ""), [], isFiltered: false);
        Assert.Equal(["seen"], (await agent.GetAsync("/v1/catalog/services", reader)).Members);
        Assert.Equal(["seen"], (await agent.GetAsync("/v1/agent/services", reader)).Members);
        Assert.Equal(["service:seen"], (await agent.GetAsync("/v1/agent/checks", serviceOnly)).Members);
        Assert.Empty((await agent.GetAsync("/v1/agent/services", "")).Members);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.GetAsync("/v1/agent/service/hidden", reader)).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task The_mesh_instances_of_a_service_take_the_right_on_it(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Denied);
        await agent.RegisterAsync("""{"Name":"private","Port":1,"Connect":{"Native":true}}""");
        var answer = await agent.GetAsync("/v1/health/connect/private", "");
        Assert.Equal(agent.Knows(Feature.CurrentTexts) ? (HttpStatusCode.Forbidden, "Permission denied") : (HttpStatusCode.OK, "[]"), (answer.Status, answer.Text.Trim()));
    }

    private static void AssertSeen(ContractAgent agent, ContractAnswer answer, string[] instances, bool isFiltered)
    {
        Assert.Equal(instances, answer.Instances());
        if (agent.Knows(Feature.CurrentTexts))
            Assert.Equal(isFiltered ? "true" : null, answer.Header("X-Consul-Results-Filtered-By-ACLs"));
    }

    private static async Task AssertDeniedAsync(ContractAgent agent, Func<Task<ContractAnswer>> call, string service)
    {
        var answer = await call();
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        if (agent.Knows(Feature.CurrentTexts))
            Assert.Contains($" lacks permission 'service:write' on \"{service}\"", answer.Text, StringComparison.Ordinal);
        else
            Assert.StartsWith("Permission denied", answer.Text, StringComparison.Ordinal);
    }
}
