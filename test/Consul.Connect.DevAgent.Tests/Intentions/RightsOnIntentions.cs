using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class RightsOnIntentions(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/intentions";
    private const string Body = """{"SourceName":"client","DestinationName":"web","Action":"allow"}""";

    [SkippableTheory, BothAgents]
    public async Task The_list_shows_what_the_token_may_read_on_either_end(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, new("deny"));
        foreach (var (source, destination) in new[] { ("seen", "hidden"), ("hidden", "seen"), ("hidden", "hidden") })
            await agent.PostAsync(Path, $$"""{"SourceName":"{{source}}","DestinationName":"{{destination}}","Action":"allow"}""");
        var token = await agent.CreateTokenAsync("service \"seen\" { policy = \"read\" }");
        var answer = await agent.GetAsync(Path, token);
        Assert.Equal(["hidden>seen", "seen>hidden"], answer.Json!.AsArray().Select(one => $"{one!["SourceName"]}>{one["DestinationName"]}"));
        Assert.Equal("[]", (await agent.GetAsync(Path, token: "")).Text.Trim());
        if (agent.Knows(Feature.CurrentTexts))
            Assert.Equal("true", answer.Header("X-Consul-Results-Filtered-By-Acls"));
    }

    [SkippableTheory, BothAgents]
    public async Task Writing_needs_the_right_on_intentions_of_the_destination(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, new("deny"));
        foreach (var rules in new[] { "service \"web\" { policy = \"write\" }", "service \"client\" { policy = \"write\" intentions = \"write\" }", "service \"web\" { policy = \"write\" intentions = \"read\" }" })
        {
            var refused = await agent.PostAsync(Path, Body, await agent.CreateTokenAsync(rules));
            Assert.Equal((HttpStatusCode.Forbidden, "Permission denied"), (refused.Status, refused.Text));
        }

        var token = await agent.CreateTokenAsync("service \"web\" { policy = \"read\" intentions = \"write\" }");
        var created = await agent.PostAsync(Path, Body, token);
        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.DeleteAsync($"{Path}/{created.Json!["ID"]}", token)).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task An_unknown_token_is_told_so(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, new("deny"));
        var token = Guid.NewGuid().ToString();
        foreach (var answer in new[]
        {
            await agent.GetAsync(Path, token), await agent.GetAsync($"{Path}/match?by=destination&name=web", token), await agent.GetAsync($"{Path}/check?source=a&destination=b", token),
            await agent.PostAsync(Path, Body, token), await agent.GetAsync("/v1/config/service-defaults/web", token), await agent.PutAsync("/v1/config", """{"Kind":"service-defaults","Name":"web"}""", token),
        })
            Assert.Equal((HttpStatusCode.Forbidden, "ACL not found"), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task The_default_policy_answers_a_check_that_no_intention_answers(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, new("deny"));
        var answer = await agent.GetAsync($"{Path}/check?source=a&destination=unsaid");
        Assert.False(answer.Json!["Allowed"]!.GetValue<bool>());
    }
}
