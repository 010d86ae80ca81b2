using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class APreparedQuery(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_is_found_by_id_and_by_name_and_finds_instances(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"asked-1","Name":"asked","Port":1,"Connect":{"Native":true},"Check":{"TTL":"5m","Status":"passing"}}""");
        await agent.RegisterAsync("""{"ID":"asked-2","Name":"asked","Port":2,"Check":{"TTL":"5m","Status":"passing"}}""");
        await agent.RegisterAsync("""{"ID":"asked-3","Name":"asked","Port":3,"Connect":{"Native":true}, "Check":{"TTL":"5m","Status":"warning"}}""");
        await agent.RegisterAsync("""{"ID":"asked-4","Name":"asked","Port":4,"Connect":{"Native":true}, "Check":{"TTL":"5m"}}""");
        var id = await CreateAsync(agent, """{"Name":"asked-q","Service":{"Service":"asked"}}""");
        foreach (var name in new[] { id, "asked-q" })
        {
            Assert.Equal(["asked-1", "asked-2", "asked-3"], Nodes(await agent.GetAsync($"/v1/query/{name}/execute")));
            var answer = await agent.GetAsync($"/v1/query/{name}/execute?connect=true");
            Assert.Equal(["asked-1", "asked-3"], Nodes(answer));
            Assert.Equal(["Service", "Nodes", "DNS", "Datacenter", "Failovers", "Index", "LastContact", "KnownLeader", "ConsistencyLevel"], answer.Members.Except(["PeerName", "NotModified", "Backend", "ResultsFilteredByACLs"]));
            Assert.Equal(("asked", "dc1", 0), (answer.Json!["Service"]!.GetValue<string>(), answer.Json["Datacenter"]!.GetValue<string>(), answer.Json["Failovers"]!.GetValue<int>()));
            Assert.Equal(1UL, answer.Index);
            Assert.Null(answer.Json["Nodes"]![0]!["Service"]!["Tags"]);
        }

        Assert.Single(Nodes(await agent.GetAsync("/v1/query/asked-q/execute?limit=1")));
    }

    [SkippableTheory, BothAgents]
    public async Task It_selects_by_what_it_was_made_with(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"sel-1","Name":"sel","Port":1,"Tags":["x"],"Meta":{"v":"1"},"Connect":{"Native":true},"Check":{"TTL":"5m","Status":"warning"}}""");
        await agent.RegisterAsync("""{"ID":"sel-2","Name":"sel","Port":2,"Tags":["x","y"],"Check":{"CheckID":"sel-2-ttl","TTL":"5m"}}""");
        await agent.RegisterAsync("""{"ID":"sel-3","Name":"sel","Port":3}""");
        await CreateAsync(agent, """{"Name":"sel-passing","Service":{"Service":"sel","OnlyPassing":true}}""");
        await CreateAsync(agent, """{"Name":"sel-tags","Service":{"Service":"sel","Tags":["x","!y"]}}""");
        await CreateAsync(agent, """{"Name":"sel-connect","Service":{"Service":"sel","Connect":true}}""");
        await CreateAsync(agent, """{"Name":"sel-ignore","Service":{"Service":"sel","IgnoreCheckIDs":["sel-2-ttl"],"Tags":["y"]}}""");
        await CreateAsync(agent, """{"Name":"sel-meta","Service":{"Service":"sel","ServiceMeta":{"v":"1"}}}""");
        Assert.Equal(["sel-3"], Nodes(await agent.GetAsync("/v1/query/sel-passing/execute")));
        Assert.Equal(["sel-1"], Nodes(await agent.GetAsync("/v1/query/sel-tags/execute")));
        Assert.Equal(["sel-1"], Nodes(await agent.GetAsync("/v1/query/sel-connect/execute")));
        Assert.Equal(["sel-2"], Nodes(await agent.GetAsync("/v1/query/sel-ignore/execute")));
        Assert.Equal(["sel-1"], Nodes(await agent.GetAsync("/v1/query/sel-meta/execute")));
    }

    [SkippableTheory, BothAgents]
    public async Task It_can_be_read_changed_and_deleted(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        var id = await CreateAsync(agent, """{"Name":"crud","Service":{"Service":"v","Tags":["x"],"Near":"_agent"},"DNS":{"TTL":"10s"}}""");
        var read = await agent.GetAsync($"/v1/query/{id}");
        var query = read.Json![0]!.AsObject();
        Assert.True(query.Remove("CreateIndex") & query.Remove("ModifyIndex") & query.Remove("ID"));
        query["Service"]!["Failover"]!.AsObject().Remove("Targets");
        query["Service"]!.AsObject().Remove("SamenessGroup");
        query["Service"]!.AsObject().Remove("Peer");
        Assert.Equal(
            """{"Name":"crud","Session":"","Token":"","Template":{"Type":"","Regexp":"","RemoveEmptyTags":false},"Service":{"Service":"v","Failover":{"NearestN":0,"Datacenters":null},"OnlyPassing":false,"IgnoreCheckIDs":null,"Near":"_agent","Tags":["x"],"NodeMeta":null,"ServiceMeta":null,"Connect":false},"DNS":{"TTL":"10s"}}""",
            query.ToJsonString());
        Assert.Single((await agent.GetAsync("/v1/query")).Json!.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync($"/v1/query/{id}", """{"Name":"renamed","Service":{"Service":"v"}}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.GetAsync("/v1/query/crud/execute")).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/v1/query/renamed/execute")).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.DeleteAsync($"/v1/query/{id}")).Status);
        var again = await agent.DeleteAsync($"/v1/query/{id}");
        Assert.Equal((HttpStatusCode.InternalServerError, $"Cannot modify non-existent prepared query: '{id}'"), (again.Status, again.Text));
        Assert.Equal("[]", (await agent.GetAsync("/v1/query")).Json!.ToJsonString());
    }

    [SkippableTheory]
    [BothAgents("", HttpStatusCode.BadRequest, "Request decode failed: EOF")]
    [BothAgents("""{"Name":"q","Bogus":1}""", HttpStatusCode.BadRequest, "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{"Name":"q","Service":{"Bogus":1}}""", HttpStatusCode.BadRequest, "Request decode failed: json: unknown field \"Bogus\"")]
    [BothAgents("""{}""", HttpStatusCode.InternalServerError, "Invalid prepared query: Must be bound to a session")]
    [BothAgents("""{"Name":"q"}""", HttpStatusCode.InternalServerError, "Invalid prepared query: Must provide a Service name to query")]
    [BothAgents("""{"Name":"q","Service":{"Service":"v","Failover":{"NearestN":-1}}}""", HttpStatusCode.InternalServerError, "Invalid prepared query: Bad NearestN '-1', must be >= 0")]
    [BothAgents("""{"Name":"q","Service":{"Service":"v"},"DNS":{"TTL":"abc"}}""", HttpStatusCode.InternalServerError, "Invalid prepared query: Bad DNS TTL 'abc': time: invalid duration \"abc\"")]
    [BothAgents("""{"ID":"abc","Name":"q","Service":{"Service":"v"}}""", HttpStatusCode.InternalServerError, "ID must be empty when creating a new prepared query")]
    [BothAgents("""{"Name":"q","Template":{"Type":"zz"},"Service":{"Service":"v"}}""", HttpStatusCode.InternalServerError, "failed compiling template: Bad Template.Type 'zz'")]
    public async Task A_bad_one_is_refused(AgentKind kind, string body, HttpStatusCode status, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PostAsync("/v1/query", body);
        Assert.Equal((status, text), (answer.Status, answer.Text));
        Assert.Equal(HttpStatusCode.NotFound, (await agent.GetAsync("/v1/query/q/execute")).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task Two_of_one_name_are_refused(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, """{"Name":"twice","Service":{"Service":"v"}}""");
        var answer = await agent.PostAsync("/v1/query", """{"Name":"twice","Service":{"Service":"v"}}""");
        Assert.Equal((HttpStatusCode.InternalServerError, "name 'twice' aliases an existing query name"), (answer.Status, answer.Text));
    }

    [SkippableTheory]
    [BothAgents("/v1/query/nope/execute", HttpStatusCode.NotFound, "Query not found")]
    [BothAgents("/v1/query/00000000-0000-0000-0000-000000000000", HttpStatusCode.NotFound, "Query not found")]
    [BothAgents("/v1/query/nope", HttpStatusCode.InternalServerError, "failed prepared query lookup: index error: UUID must be 36 characters")]
    public async Task An_unknown_one_is_not_found(AgentKind kind, string path, HttpStatusCode status, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync(path);
        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task A_template_answers_for_every_name_it_covers(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        await agent.RegisterAsync("""{"Name":"behind","Port":1}""");
        await CreateAsync(agent, """{"Name":"via-","Template":{"Type":"name_prefix_match"},"Service":{"Service":"${name.suffix}"}}""");
        Assert.Equal(["behind"], Nodes(await agent.GetAsync("/v1/query/via-behind/execute")));
        Assert.Equal(HttpStatusCode.NotFound, (await agent.GetAsync("/v1/query/other/execute")).Status);
    }

    private static async Task<string> CreateAsync(ContractAgent agent, string query)
    {
        var answer = await agent.PostAsync("/v1/query", query);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json!["ID"]!.GetValue<string>();
    }

    private static string[] Nodes(ContractAnswer answer) => [.. answer.Json!["Nodes"]!.AsArray().Select(node => node!["Service"]!["ID"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
}
