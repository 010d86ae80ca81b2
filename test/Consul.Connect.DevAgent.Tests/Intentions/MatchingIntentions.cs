using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class MatchingIntentions(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/intentions";

    [SkippableTheory, BothAgents]
    public async Task They_come_in_order_of_precedence_with_wildcards_included(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        foreach (var (source, destination) in new[] { ("*", "*"), ("a", "*"), ("*", "b"), ("z", "b"), ("a", "b"), ("a", "other"), ("*", "other") })
            await CreateAsync(agent, source, destination);

        Assert.Equal(["a>b 9", "z>b 9", "*>b 8", "a>* 6", "*>* 5"], await MatchAsync(agent, "by=destination&name=b", "b"));
        Assert.Equal(["a>b 9", "z>b 9", "*>b 8", "a>* 6", "*>* 5"], await MatchAsync(agent, "by=destination&name=B", "B"));
        Assert.Equal(["a>* 6", "*>* 5"], await MatchAsync(agent, "by=destination&name=*", "*"));
        Assert.Equal(["a>* 6", "*>* 5"], await MatchAsync(agent, "by=destination&name=nobody", "nobody"));
        Assert.Equal(["a>b 9", "a>other 9", "*>b 8", "*>other 8", "a>* 6", "*>* 5"], await MatchAsync(agent, "by=source&name=a", "a"));
        Assert.Equal(["*>b 8", "*>other 8", "*>* 5"], await MatchAsync(agent, "by=source&name=*", "*"));
        Assert.Equal(["a>b 9", "a>other 9", "z>b 9", "*>b 8", "*>other 8", "a>* 6", "*>* 5"], Names((await agent.GetAsync(Path)).Json!.AsArray()));
    }

    [SkippableTheory, BothAgents]
    public async Task Each_name_has_its_answer_and_none_is_null(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync($"{Path}/match?by=destination&name=none-b&name=none-a&name=default/none-a&name=none-b");
        Assert.Equal("""{"default/none-a":null,"none-a":null,"none-b":null}""", answer.Json!.ToJsonString());
        Assert.Equal(agent.Knows(Feature.MatchIndex), answer.Index is not null);
    }

    // Match goes through the agent's cache since Consul 1.9.
    [Fact]
    public async Task A_cached_match_is_a_hit_the_second_time()
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent);

        Assert.Equal("MISS", (await agent.GetAsync($"{Path}/match?by=destination&name=cached&cached")).Header("X-Cache"));
        var again = await agent.GetAsync($"{Path}/match?by=destination&name=cached&cached");
        Assert.Equal("HIT", again.Header("X-Cache"));
        Assert.NotNull(again.Header("Age"));
    }

    [SkippableTheory, BothAgents]
    public async Task The_list_can_be_filtered(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, "filter-a", "filter-b");
        await CreateAsync(agent, "*", "filter-b", "deny");
        Assert.Equal(["filter-a>filter-b 9"], Names((await agent.GetAsync(Path + "?filter=" + Uri.EscapeDataString("SourceName == \"filter-a\" and Action == allow"))).Json!.AsArray()));
        Assert.Equal(["*>filter-b 8"], Names((await agent.GetAsync(Path + "?filter=" + Uri.EscapeDataString("DestinationName == \"filter-b\" and Precedence != 9"))).Json!.AsArray()));
        var bad = await agent.GetAsync(Path + "?filter=Nope==a");
        Assert.Equal((HttpStatusCode.InternalServerError, "Failed to create boolean expression evaluator: Selector \"Nope\" is not valid", 1UL), (bad.Status, bad.Text, bad.Index));
    }

    [SkippableTheory, BothAgents]
    public async Task Authorize_follows_the_same_intentions(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, "*", "auth-b", "deny");
        await CreateAsync(agent, "auth-a", "auth-b");
        foreach (var (source, isAllowed, reason) in new[] { ("auth-a", true, "default/auth-a => default/auth-b ("), ("AUTH-A", false, "default/* => default/auth-b (") })
        {
            var answer = await agent.PostAsync("/v1/agent/connect/authorize", $$"""{"Target":"auth-b","ClientCertURI":"spiffe://td.consul/ns/default/dc/dc1/svc/{{source}}"}""");
            Assert.Equal(isAllowed, answer.Json!["Authorized"]!.GetValue<bool>());
            Assert.Contains(reason, answer.Json["Reason"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [BothAgents("/match?name=web", "required query parameter 'by' not set")]
    [BothAgents("/match?by=source&by=source&name=web", "required query parameter 'by' not set")]
    [BothAgents("/match?by=x&name=web", "'by' parameter must be one of 'source' or 'destination'")]
    [BothAgents("/match?by=source", "required query parameter 'name' not set")]
    [BothAgents("/check?destination=b", "required query parameter 'source' not set")]
    [BothAgents("/check?source=a", "required query parameter 'destination' not set")]
    [BothAgents("/check?source=a&destination=b&source-type=x", "unsupported SourceType: \"x\"")]
    [BothAgents("/match?by=source&name=web&dc=nope", "No path to datacenter")]
    public async Task A_bad_question_is_refused(AgentKind kind, string question, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync(Path + question);
        Assert.Equal((HttpStatusCode.InternalServerError, text), (answer.Status, answer.Text));
    }

    [SkippableTheory]
    [BothAgents("index=abc", "Invalid index")]
    [BothAgents("wait=10", "Invalid wait time")]
    [BothAgents("stale&consistent", "Cannot specify ?stale with ?consistent, conflicting semantics.")]
    public async Task A_bad_wait_is_refused(AgentKind kind, string query, string text)
    {
        var agent = await agents.GetAsync(kind);
        foreach (var path in new[] { $"{Path}?{query}", $"{Path}/match?by=destination&name=web&{query}", $"/v1/config/service-defaults?{query}" })
        {
            var answer = await agent.GetAsync(path);
            Assert.Equal((HttpStatusCode.BadRequest, text), (answer.Status, answer.Text));
        }
    }

    [SkippableTheory, BothAgents]
    public async Task Check_says_what_the_first_match_does(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, "*", "check-b", "deny");
        await CreateAsync(agent, "check-a", "check-b");
        foreach (var (source, isAllowed) in new[] { ("check-a", true), ("CHECK-A", false), ("nobody", false) })
            Assert.Equal(isAllowed, (await agent.GetAsync($"{Path}/check?source={source}&destination=check-b")).Json!["Allowed"]!.GetValue<bool>());
        var byDefault = await agent.GetAsync($"{Path}/check?source=check-a&destination=check-none");
        Assert.True(byDefault.Json!["Allowed"]!.GetValue<bool>());
        Assert.Null(byDefault.Index);
    }

    private static async Task CreateAsync(ContractAgent agent, string source, string destination, string action = "allow") =>
        Assert.Equal(HttpStatusCode.OK, (await agent.PostAsync(Path, $$"""{"SourceName":"{{source}}","DestinationName":"{{destination}}","Action":"{{action}}"}""")).Status);

    private static async Task<IReadOnlyList<string>> MatchAsync(ContractAgent agent, string query, string name) =>
        Names((await agent.GetAsync($"{Path}/match?{query}")).Json![name]!.AsArray());

    private static IReadOnlyList<string> Names(System.Text.Json.Nodes.JsonArray intentions) => [.. intentions.Select(one => $"{one!["SourceName"]}>{one["DestinationName"]} {one["Precedence"]}")];
}
