namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class ReadersThatWait(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [SkippableTheory]
    [BothAgents("/v1/health/service/woken", """{"ID":"woken-2","Name":"woken","Port":2}""")]
    [BothAgents("/v1/health/connect/joined", """{"Name":"joined-proxy","Kind":"connect-proxy","Port":3,"Proxy":{"DestinationServiceName":"joined"}}""")]
    [BothAgents("/v1/catalog/service/listed", """{"ID":"listed-2","Name":"listed","Port":2}""")]
    [BothAgents("/v1/catalog/connect/linked", """{"ID":"linked-2","Name":"linked","Port":2,"Connect":{"Native":true}}""")]
    [BothAgents("/v1/catalog/services", """{"Name":"brand-new","Port":2}""")]
    public async Task A_registration_wakes_them(AgentKind kind, string path, string registration)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync($$"""{"Name":"{{path.Split('/')[^1]}}","Port":1,"Connect":{"Native":true} }""");
        var index = await agent.IndexAsync(path);
        var waiting = agent.GetAsync($"{path}?index={index}&wait=30s");
        await agent.RegisterAsync(registration);
        var answer = await waiting;
        Assert.True(answer.Index > index, $"{answer.Index} follows {index}.");
        Assert.True(answer.Elapsed < AtOnce, $"It waited {answer.Elapsed}.");
    }

    [SkippableTheory, BothAgents]
    public async Task A_check_that_turns_wakes_the_readers_of_its_service_and_no_others(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"turning","Port":1,"Connect":{"Native":true},"Check":{"TTL":"5m"}}""");
        await agent.RegisterAsync("""{"Name":"calm","Port":1,"Connect":{"Native":true}}""");
        var turning = await agent.IndexAsync("/v1/health/connect/turning");
        var calm = await agent.IndexAsync("/v1/health/connect/calm");
        var waiting = agent.GetAsync($"/v1/health/connect/turning?index={turning}&wait=30s");
        var others = agent.GetAsync($"/v1/health/connect/calm?index={calm}&wait=2s");
        await agent.PutAsync("/v1/agent/check/pass/service:turning");
        Assert.True((await waiting).Elapsed < AtOnce);
        Assert.True((await others).Elapsed >= TimeSpan.FromSeconds(1.9), "Another service's check woke it.");
        Assert.Equal(calm, (await others).Index);
    }

    [SkippableTheory, BothAgents]
    public async Task Registering_the_same_again_wakes_nobody(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        const string service = """{"Name":"same","Port":1,"Tags":["a"],"Meta":{"b":"c"},"Check":{"TTL":"5m"}}""";
        await agent.RegisterAsync(service);
        var index = await agent.IndexAsync("/v1/health/service/same");
        await agent.RegisterAsync(service);
        Assert.Equal(index, await agent.IndexAsync("/v1/health/service/same"));
    }

    [SkippableTheory, BothAgents]
    public async Task They_wait_as_long_as_they_said_and_a_little_more(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"quiet","Port":1}""");
        var index = await agent.IndexAsync("/v1/health/service/quiet");
        var answer = await agent.GetAsync($"/v1/health/service/quiet?index={index}&wait=1s");
        Assert.InRange(answer.Elapsed, TimeSpan.FromSeconds(0.95), TimeSpan.FromSeconds(4));
        Assert.Equal(index, answer.Index);
    }

    [SkippableTheory, BothAgents]
    public async Task An_index_from_the_future_waits_and_is_answered_with_the_real_one(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"restarted","Port":1}""");
        var index = await agent.IndexAsync("/v1/health/service/restarted");
        var answer = await agent.GetAsync("/v1/health/service/restarted?index=999999&wait=500ms");
        Assert.True(answer.Elapsed >= TimeSpan.FromMilliseconds(450));
        Assert.Equal(index, answer.Index);
    }

    [SkippableTheory, BothAgents]
    public async Task The_cache_waits_exactly_as_long_as_it_is_told(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"exact","Port":1}""");
        var index = await agent.IndexAsync("/v1/health/service/exact");
        var answer = await agent.GetAsync($"/v1/health/service/exact?cached&index={index}&wait=500ms");
        Assert.True(answer.Elapsed >= TimeSpan.FromMilliseconds(450), $"It waited {answer.Elapsed}.");
        Assert.NotNull(answer.Header("X-Cache"));
    }

    [SkippableTheory, BothAgents]
    public async Task A_service_that_is_not_there_has_an_index_and_wakes_its_readers_when_it_appears(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var first = await agent.GetAsync("/v1/health/connect/later?passing");
        Assert.Equal("[]", first.Json!.ToJsonString());
        Assert.True((await agent.GetAsync("/v1/health/connect/later?index=1&wait=30s")).Elapsed < AtOnce);
        var waiting = agent.GetAsync($"/v1/health/connect/later?index={first.Index}&wait=30s");
        await agent.RegisterAsync("""{"Name":"later","Port":1,"Connect":{"Native":true}}""");
        var answer = await waiting;
        Assert.True(answer.Elapsed < AtOnce, $"It waited {answer.Elapsed}.");
        // A real agent that has just begun may have woken them for a service of its own.
        if (kind == AgentKind.RealConsul && answer.Instances().Length == 0)
            answer = await agent.GetAsync($"/v1/health/connect/later?index={answer.Index}&wait=30s");
        Assert.True(answer.Elapsed < AtOnce, $"It waited {answer.Elapsed}.");
        Assert.Equal(["later"], answer.Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task Once_a_service_went_the_index_of_those_not_there_stands_still(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"brief","Port":1,"Connect":{"Native":true}}""");
        var index = await agent.IndexAsync("/v1/health/connect/brief");
        var waiting = agent.GetAsync($"/v1/health/connect/brief?index={index}&wait=30s");
        await agent.PutAsync("/v1/agent/service/deregister/brief");
        Assert.True((await waiting).Elapsed < AtOnce);
        Assert.Empty((await waiting).Instances());
        var extinction = await agent.IndexAsync("/v1/health/connect/nobody");
        Assert.True(extinction > index);
        await agent.RegisterAsync("""{"Name":"unrelated","Port":1}""");
        Assert.Equal(extinction, await agent.IndexAsync("/v1/health/connect/nobody"));
        Assert.Equal(extinction, await agent.IndexAsync("/v1/health/connect/brief"));
    }

    [SkippableTheory, BothAgents]
    public async Task An_error_stores_nothing_and_wakes_nobody(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"firm","Port":1}""");
        var index = await agent.IndexAsync("/v1/catalog/services");
        await agent.PutAsync("/v1/agent/service/register", """{"Name":"firm","Port":2,"Checks":[{"TTL":"5m"},{"TTL":"5m","Status":"green"}]}""");
        await agent.PutAsync("/v1/agent/check/register", """{"Name":"x","TTL":"1m","ServiceID":"nope"}""");
        Assert.Equal(index, await agent.IndexAsync("/v1/catalog/services"));
        Assert.Equal(1, (await agent.GetAsync("/v1/agent/service/firm")).Json!["Port"]!.GetValue<int>());
    }
}
