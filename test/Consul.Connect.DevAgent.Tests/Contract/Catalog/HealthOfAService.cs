using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class HealthOfAService(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_lists_instances_with_node_and_checks(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"full-1","Name":"full","Tags":["a"],"Port":5001,"Connect":{"Native":true},"Check":{"TTL":"5m"}}""");
        var answer = await agent.GetAsync("/v1/health/service/full");
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal(("true", "0", "leader"), (answer.Header("X-Consul-KnownLeader"), answer.Header("X-Consul-LastContact"), answer.Header("X-Consul-Effective-Consistency")));
        var entry = answer.Json![0]!;
        Assert.Equal(["Node", "Service", "Checks"], entry.AsObject().Select(member => member.Key));
        Assert.Equal(["ID", "Node", "Address", "Datacenter", "TaggedAddresses", "Meta", "CreateIndex", "ModifyIndex"], entry["Node"]!.AsObject().Select(member => member.Key));
        Assert.Equal("127.0.0.1", entry["Node"]!["Address"]!.GetValue<string>());
        Assert.Null(entry["Service"]!["Meta"]);
        Assert.Equal(["serfHealth", "service:full-1"], entry["Checks"]!.AsArray().Select(check => check!["CheckID"]!.GetValue<string>()));
        Assert.Equal(entry["Service"]!["ModifyIndex"]!.GetValue<ulong>(), entry["Checks"]![1]!["CreateIndex"]!.GetValue<ulong>());
    }

    [SkippableTheory, BothAgents]
    public async Task Passing_leaves_out_what_does_not_pass(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"p-1","Name":"passes","Port":1,"Check":{"TTL":"5m","Status":"passing"}}""");
        await agent.RegisterAsync("""{"ID":"p-2","Name":"passes","Port":2,"Check":{"TTL":"5m","Status":"warning"}}""");
        await agent.RegisterAsync("""{"ID":"p-3","Name":"passes","Port":3,"Check":{"TTL":"5m"}}""");
        Assert.Equal(["p-1", "p-2", "p-3"], (await agent.GetAsync("/v1/health/service/passes")).Instances());
        foreach (var query in new[] { "passing", "passing=1", "passing=true" })
            Assert.Equal(["p-1"], (await agent.GetAsync($"/v1/health/service/passes?{query}")).Instances());
        Assert.Equal(3, (await agent.GetAsync("/v1/health/service/passes?passing=false")).Instances().Length);
        var bad = await agent.GetAsync("/v1/health/service/passes?passing=xx");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid value for ?passing"), (bad.Status, bad.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task All_tags_asked_for_must_be_there(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"t-1","Name":"tagged","Port":1,"Tags":["x","y"]}""");
        await agent.RegisterAsync("""{"ID":"t-2","Name":"tagged","Port":2,"Tags":["x"]}""");
        Assert.Equal(["t-1", "t-2"], (await agent.GetAsync("/v1/health/service/tagged?tag=X&near=_agent&dc=dc1")).Instances());
        Assert.Equal(["t-1"], (await agent.GetAsync("/v1/health/service/tagged?tag=x&tag=y")).Instances());
        Assert.Empty((await agent.GetAsync("/v1/health/service/tagged?node-meta=a:b")).Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task In_the_mesh_it_is_reached_through_natives_and_proxies_alone(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"m-native","Name":"meshed","Port":1,"Connect":{"Native":true}}""");
        await agent.RegisterAsync("""{"ID":"m-plain","Name":"meshed","Port":2}""");
        await agent.RegisterAsync("""{"ID":"m-proxy","Name":"other-name","Kind":"connect-proxy","Port":3,"Proxy":{"DestinationServiceName":"meshed"}}""");
        Assert.Equal(["m-native", "m-proxy"], (await agent.GetAsync("/v1/health/connect/meshed")).Instances());
        Assert.Equal(["m-native", "m-plain"], (await agent.GetAsync("/v1/health/service/meshed?connect=true")).Instances());
        Assert.Empty((await agent.GetAsync("/v1/health/connect/other-name")).Instances());
        Assert.Equal(["m-native", "m-proxy"], (await agent.GetAsync("/v1/catalog/connect/meshed")).Json!.AsArray().Select(one => one!["ServiceID"]!.GetValue<string>()));
    }

    [SkippableTheory]
    [BothAgents("/v1/health/service/")]
    [BothAgents("/v1/health/connect/")]
    [BothAgents("/v1/health/checks/")]
    [BothAgents("/v1/catalog/service/")]
    [BothAgents("/v1/catalog/connect/")]
    public async Task It_is_found_by_its_name_in_any_case(AgentKind kind, string path)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"case-1","Name":"Mixed-Case","Port":1,"Connect":{"Native":true},"Check":{"TTL":"5m"}}""");
        foreach (var name in new[] { "Mixed-Case", "mixed-case", "MIXED-CASE" })
            Assert.Single((await agent.GetAsync(path + name)).Json!.AsArray());
        Assert.Contains("Mixed-Case", (await agent.GetAsync("/v1/catalog/services")).Members);
    }

    [SkippableTheory, BothAgents]
    public async Task A_reader_that_waits_for_it_in_another_case_is_woken(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"waked-1","Name":"Waked","Port":1,"Connect":{"Native":true}}""");
        var index = await agent.IndexAsync("/v1/health/connect/waked");
        var waiting = agent.GetAsync($"/v1/health/connect/WAKED?index={index}&wait=60s");
        await agent.RegisterAsync("""{"ID":"waked-2","Name":"Waked","Port":2,"Connect":{"Native":true}}""");
        Assert.Equal(["waked-1", "waked-2"], (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Instances());
    }

    [SkippableTheory]
    [BothAgents("/v1/health/service/", HttpStatusCode.BadRequest, "Missing service name")]
    [BothAgents("/v1/health/connect/", HttpStatusCode.BadRequest, "Missing service name")]
    [BothAgents("/v1/health/checks/", HttpStatusCode.BadRequest, "Missing service name")]
    [BothAgents("/v1/catalog/service/", HttpStatusCode.BadRequest, "Missing service name")]
    [BothAgents("/v1/catalog/connect/", HttpStatusCode.BadRequest, "Missing service name")]
    [BothAgents("/v1/health/connect/web?dc=nope", HttpStatusCode.InternalServerError, "No path to datacenter")]
    [BothAgents("/v1/catalog/service/web?dc=nope", HttpStatusCode.InternalServerError, "No path to datacenter")]
    [BothAgents("/v1/health/connect/web?index=abc", HttpStatusCode.BadRequest, "Invalid index")]
    [BothAgents("/v1/health/connect/web?index=-1", HttpStatusCode.BadRequest, "Invalid index")]
    [BothAgents("/v1/health/connect/web?wait=10", HttpStatusCode.BadRequest, "Invalid wait time")]
    [BothAgents("/v1/catalog/services?wait=abc", HttpStatusCode.BadRequest, "Invalid wait time")]
    [BothAgents("/v1/health/service/web?cached&consistent", HttpStatusCode.BadRequest, "Cannot specify ?cached with ?consistent, conflicting semantics.")]
    [BothAgents("/v1/health/service/web?stale&consistent", HttpStatusCode.BadRequest, "Cannot specify ?stale with ?consistent, conflicting semantics.")]
    public async Task A_bad_call_is_refused(AgentKind kind, string path, HttpStatusCode status, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync(path);
        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task A_namespace_is_refused(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync("/v1/health/service/web?ns=default");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith("Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature", answer.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [BothAgents("/v1/health/service/cache-me")]
    [BothAgents("/v1/catalog/services")]
    [BothAgents("/v1/catalog/service/cache-me")]
    public async Task The_second_cached_read_hits(AgentKind kind, string path)
    {
        var agent = await agents.GetAsync(kind);
        var first = await agent.GetAsync(path + "?cached&filter=");
        Assert.Equal(("MISS", (string?)null), (first.Header("X-Cache"), first.Header("Age")));
        var second = await agent.GetAsync(path + "?cached&filter=");
        Assert.Equal(("HIT", "0"), (second.Header("X-Cache"), second.Header("Age")));
        Assert.Null((await agent.GetAsync(path)).Header("X-Cache"));
    }
}
