using System.Net;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class AServiceOfTheAgent(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_is_listed_as_it_was_registered(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"web-1","Name":"web","Tags":["a"],"Meta":{"v":"1"},"Address":"127.0.0.1","Port":5001,"Connect":{"Native":true},"Check":{"Name":"ttl","TTL":"30s","Status":"passing"}}""");
        var listed = (await agent.GetAsync("/v1/agent/services")).Json!["web-1"]!.AsObject();
        var expected = JsonNode.Parse("""
            {"ID":"web-1","Service":"web","Tags":["a"],"Meta":{"v":"1"},"Port":5001,"Address":"127.0.0.1",
             "TaggedAddresses":{"lan_ipv4":{"Address":"127.0.0.1","Port":5001},"wan_ipv4":{"Address":"127.0.0.1","Port":5001}},
             "Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Connect":{"Native":true},"Datacenter":"dc1"}
            """)!.AsObject();
        if (!agent.Knows(Feature.CurrentTexts))
            expected.Remove("Datacenter");
        Assert.Equal(expected.ToJsonString(), listed.ToJsonString());
    }

    [SkippableTheory, BothAgents]
    public async Task Names_of_members_may_have_any_case_and_the_spelling_of_files_where_Consul_takes_it(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"name":"spelt","tags":["x"],"port":7,"enable_tag_override":true,"tagged_addresses":{"lan":{"address":"10.0.0.1","port":8}},"check":{"ttl":"5m","deregister_critical_service_after":"10m"}}""");
        var service = (await agent.GetAsync("/v1/agent/service/spelt")).Json!;
        Assert.True(service["EnableTagOverride"]!.GetValue<bool>());
        Assert.Equal("10.0.0.1", service["TaggedAddresses"]!["lan"]!["Address"]!.GetValue<string>());
    }

    [SkippableTheory, BothAgents]
    public async Task Null_members_and_what_follows_the_object_do_not_matter(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"nulls","Check":null,"Checks":null,"Tags":null,"Meta":null,"Connect":null,"Weights":null,"Proxy":null} x""");
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/v1/agent/service/nulls")).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task Names_unfit_for_DNS_are_taken(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"under_score/1","Name":"under_score","Port":1,"Connect":{"Native":true}}""");
        Assert.Equal("under_score", (await agent.GetAsync("/v1/agent/service/under_score/1")).Json!["Service"]!.GetValue<string>());
        Assert.Equal("under_score", (await agent.GetAsync("/v1/agent/service/under_score%2F1")).Json!["Service"]!.GetValue<string>());
    }

    [SkippableTheory, BothAgents]
    public async Task Unknown_ids_are_not_found(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var service = await agent.GetAsync("/v1/agent/service/nope");
        Assert.Equal((HttpStatusCode.NotFound, "unknown service ID: nope"), (service.Status, service.Text));
        var deregister = await agent.PutAsync("/v1/agent/service/deregister/nope");
        var maintenance = await agent.PutAsync("/v1/agent/service/maintenance/nope?enable=true");
        Assert.Equal(HttpStatusCode.NotFound, maintenance.Status);
        if (!agent.Knows(Feature.CurrentTexts))
            return;
        const string text = "Unknown service ID \"nope\". Ensure that the service ID is passed, not the service name.";
        Assert.Equal((HttpStatusCode.NotFound, text), (deregister.Status, deregister.Text));
        Assert.Equal(text, maintenance.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task It_is_gone_with_its_checks_once_it_is_deregistered(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"gone","Port":1,"Check":{"TTL":"5m"}}""");
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/service/deregister/gone")).Status);
        Assert.DoesNotContain("gone", (await agent.GetAsync("/v1/agent/services")).Members);
        Assert.DoesNotContain("service:gone", (await agent.GetAsync("/v1/agent/checks")).Members);
        Assert.Equal("[]", (await agent.GetAsync("/v1/health/service/gone")).Json!.ToJsonString());
    }

    [SkippableTheory, BothAgents]
    public async Task A_reader_with_its_hash_waits_until_it_changes(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"hashed","Port":1}""");
        var first = await agent.GetAsync("/v1/agent/service/hashed");
        var hash = first.Header("X-Consul-ContentHash");
        Assert.Equal(16, hash!.Length);
        Assert.Equal(hash, first.Json!["ContentHash"]!.GetValue<string>());
        Assert.Null(first.Index);

        var unchanged = await agent.GetAsync($"/v1/agent/service/hashed?hash={hash}&wait=500ms");
        Assert.Equal(hash, unchanged.Header("X-Consul-ContentHash"));
        Assert.True(unchanged.Elapsed >= TimeSpan.FromMilliseconds(450), $"It waited {unchanged.Elapsed}.");

        var waiting = agent.GetAsync($"/v1/agent/service/hashed?hash={hash}&wait=30s");
        await agent.RegisterAsync("""{"Name":"hashed","Port":2}""");
        var changed = await waiting;
        Assert.Equal(2, changed.Json!["Port"]!.GetValue<int>());
        Assert.NotEqual(hash, changed.Header("X-Consul-ContentHash"));
        Assert.True(changed.Elapsed < TimeSpan.FromSeconds(20), $"It waited {changed.Elapsed}.");
    }

    [SkippableTheory, BothAgents]
    public async Task A_reader_with_its_hash_learns_that_it_is_gone(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"leaving","Port":1}""");
        var hash = (await agent.GetAsync("/v1/agent/service/leaving")).Header("X-Consul-ContentHash");
        var waiting = agent.GetAsync($"/v1/agent/service/leaving?hash={hash}&wait=30s");
        await agent.PutAsync("/v1/agent/service/deregister/leaving");
        Assert.Equal(HttpStatusCode.NotFound, (await waiting).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task A_bad_wait_is_refused(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"waited","Port":1}""");
        var hash = (await agent.GetAsync("/v1/agent/service/waited")).Header("X-Consul-ContentHash");
        var answer = await agent.GetAsync($"/v1/agent/service/waited?hash={hash}&wait=3");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid wait time"), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task A_native_service_needs_a_port(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/service/register", """{"Name":"portless","Connect":{"Native":true}}""");
        if (!agent.Knows(Feature.CurrentTexts))
        {
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            return;
        }

        Assert.Equal((HttpStatusCode.BadRequest, "Validation failed: 1 error occurred:\n\t* Port or SocketPath must be set for a Connect native service.\n\n"), (answer.Status, answer.Text));
    }
}
