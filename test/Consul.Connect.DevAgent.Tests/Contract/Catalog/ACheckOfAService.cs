using System.Net;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Contract.Catalog;

public sealed class ACheckOfAService(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_is_critical_until_the_service_says_otherwise(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"beats","Port":1,"Check":{"TTL":"5m"}}""");
        Assert.Equal(("critical", ""), await agent.StateAsync("service:beats"));
        await agent.PutAsync("/v1/agent/check/pass/service:beats?note=hello");
        Assert.Equal(("passing", "hello"), await agent.StateAsync("service:beats"));
        await agent.PutAsync("/v1/agent/check/warn/service:beats");
        Assert.Equal(("warning", ""), await agent.StateAsync("service:beats"));
        await agent.PutAsync("/v1/agent/check/fail/service:beats?note=%3Cb%3E");
        Assert.Equal(("critical", "<b>"), await agent.StateAsync("service:beats"));
        await agent.PutAsync("/v1/agent/check/update/service:beats", """{"status":"passing","output":"x"}""");
        Assert.Equal(("passing", "x"), await agent.StateAsync("service:beats"));
    }

    [SkippableTheory, BothAgents]
    public async Task One_has_the_id_of_its_service_and_several_are_numbered(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"ID":"n-1","Name":"numbered","Port":1,"Checks":[{"TTL":"5m"},{"CheckID":"own","TTL":"5m","Name":"mine","Notes":"why"}],"Check":{"TTL":"6m"}}""");
        var members = (await agent.GetAsync("/v1/agent/checks")).Members;
        Assert.Superset(new HashSet<string> { "service:n-1:1", "service:n-1:2", "own" }, members.ToHashSet());
        var own = await agent.CheckAsync("own");
        Assert.Equal(("mine", "why", "n-1", "numbered", "ttl"), (own["Name"]!.GetValue<string>(), own["Notes"]!.GetValue<string>(), own["ServiceID"]!.GetValue<string>(), own["ServiceName"]!.GetValue<string>(), own["Type"]!.GetValue<string>()));
        Assert.Equal("Service 'numbered' check", (await agent.CheckAsync("service:n-1:1"))["Name"]!.GetValue<string>());
    }

    [SkippableTheory, BothAgents]
    public async Task It_turns_critical_when_the_service_is_silent(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"silent","Port":1,"Check":{"TTL":"200ms","Status":"passing"}}""");
        await Eventually.HoldsAsync("the check expires", async _ => await agent.StateAsync("service:silent") == ("critical", "TTL expired"));
        await agent.PutAsync("/v1/agent/check/pass/service:silent?note=alive");
        await Eventually.HoldsAsync("the check expires again", async _ => await agent.StateAsync("service:silent") == ("critical", "TTL expired (last output before timeout follows): alive"));
    }

    [SkippableTheory, BothAgents]
    public async Task It_keeps_its_state_when_its_service_registers_again(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"again","Port":1,"Check":{"TTL":"5m"}}""");
        await agent.PutAsync("/v1/agent/check/pass/service:again?note=fine");
        await agent.RegisterAsync("""{"Name":"again","Port":2,"Check":{"TTL":"5m","Status":"warning"}}""");
        Assert.Equal(("passing", "fine"), await agent.StateAsync("service:again"));
    }

    [SkippableTheory, BothAgents]
    public async Task One_that_is_no_longer_listed_stays_unless_it_is_replaced(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"stays","Port":1,"Check":{"CheckID":"stays-old","TTL":"5m"}}""");
        await agent.RegisterAsync("""{"Name":"stays","Port":1,"Check":{"CheckID":"stays-new","TTL":"5m"}}""");
        Assert.Superset(new HashSet<string> { "stays-old", "stays-new" }, (await agent.GetAsync("/v1/agent/checks")).Members.ToHashSet());
        await agent.PutAsync("/v1/agent/service/maintenance/stays?enable=true");
        await agent.RegisterAsync("""{"Name":"stays","Port":1,"Check":{"CheckID":"stays-new","TTL":"5m"}}""", "?replace-existing-checks=true");
        var members = (await agent.GetAsync("/v1/agent/checks")).Members;
        Assert.Contains("stays-new", members);
        Assert.DoesNotContain("stays-old", members);
        Assert.DoesNotContain("_service_maintenance:stays", members);
    }

    [SkippableTheory]
    [BothAgents("""{}""", "Invalid check status: ''")]
    [BothAgents("""{"Status":"green"}""", "Invalid check status: 'green'")]
    [BothAgents("""{"Status":"passing","X":1}""", "Request decode failed: json: unknown field \"X\"")]
    [BothAgents("", "Request decode failed: EOF")]
    public async Task A_bad_update_changes_nothing(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"steady","Port":1,"Check":{"TTL":"5m","Status":"passing"}}""");
        var answer = await agent.PutAsync("/v1/agent/check/update/service:steady", body);
        Assert.Equal((HttpStatusCode.BadRequest, text), (answer.Status, answer.Text));
        Assert.Equal("passing", (await agent.StateAsync("service:steady")).Status);
    }

    [SkippableTheory, BothAgents]
    public async Task Unknown_ids_and_checks_without_TTL_are_refused(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"probed","Port":1,"Check":{"TCP":"127.0.0.1:1","Interval":"1h"}}""");
        var probed = await agent.PutAsync("/v1/agent/check/pass/service:probed");
        Assert.Equal((HttpStatusCode.InternalServerError, "CheckID \"service:probed\" does not have associated TTL"), (probed.Status, probed.Text));
        var unknown = await agent.PutAsync("/v1/agent/check/pass/nope");
        Assert.Equal(
            agent.Knows(Feature.CurrentTexts)
                ? (HttpStatusCode.NotFound, "Unknown check ID \"nope\". Ensure that the check ID is passed, not the check name.")
                : (HttpStatusCode.InternalServerError, "CheckID \"nope\" does not have associated TTL"),
            (unknown.Status, unknown.Text));
    }

    [SkippableTheory]
    [BothAgents("""{}""", HttpStatusCode.BadRequest, "Missing check name")]
    [BothAgents("""{"Name":"x"}""", HttpStatusCode.BadRequest, "Invalid check: TTL must be > 0 for TTL checks")]
    [BothAgents("""{"Name":"x","TTL":"1s","Status":"g"}""", HttpStatusCode.BadRequest, "Bad check status")]
    [BothAgents("""{"Name":"x","TTL":"1m","ServiceID":"nope"}""", HttpStatusCode.InternalServerError, "ServiceID \"nope\" does not exist")]
    [BothAgents("""{"Name":"x","CheckID":"c","TTL":"1m"}""", HttpStatusCode.BadRequest, "Request decode failed: json: unknown field \"CheckID\"")]
    public async Task A_bad_check_of_its_own_is_refused(AgentKind kind, string body, HttpStatusCode status, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync("/v1/agent/check/register", body);
        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task A_check_registered_by_itself_counts_for_its_service_until_it_is_deregistered(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"extra","Port":1}""");
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/check/register", """{"ID":"extra-own","Name":"more","TTL":"5m","service_id":"extra"}""")).Status);
        Assert.Empty((await agent.GetAsync("/v1/health/service/extra?passing")).Instances());
        Assert.Equal(HttpStatusCode.OK, (await agent.PutAsync("/v1/agent/check/deregister/extra-own")).Status);
        Assert.Equal(["extra"], (await agent.GetAsync("/v1/health/service/extra?passing")).Instances());
    }

    [SkippableTheory, BothAgents]
    public async Task An_alias_has_the_state_of_the_other_service(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"original","Port":1,"Check":{"TTL":"5m","Name":"pulse"}}""");
        await agent.RegisterAsync("""{"Name":"shadow","Port":1,"Check":{"AliasService":"original"}}""");
        await Eventually.HoldsAsync("the alias is critical", async _ => await agent.StateAsync("service:shadow") == ("critical", "Aliased check \"pulse\" failing: "));
        await agent.PutAsync("/v1/agent/check/pass/service:original");
        await Eventually.HoldsAsync("the alias passes", async _ => await agent.StateAsync("service:shadow") == ("passing", "All checks passing."));
        await agent.RegisterAsync("""{"Name":"lost","Port":1,"Check":{"AliasService":"nobody"}}""");
        await Eventually.HoldsAsync("the alias knows no such service", async _ => await agent.StateAsync("service:lost") == ("critical", "Service nobody could not be found on node "));
        await agent.RegisterAsync("""{"Name":"free","Port":1,"Check":{"AliasService":"unchecked"}}""");
        await agent.RegisterAsync("""{"Name":"unchecked","Port":1}""");
        await Eventually.HoldsAsync("the alias finds no checks", async _ => await agent.StateAsync("service:free") == ("passing", "No checks found."));
    }

    [SkippableTheory, BothAgents]
    public async Task New_output_alone_is_not_published_at_once(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await agent.RegisterAsync("""{"Name":"chatty","Port":1,"Check":{"TTL":"5m"}}""");
        await agent.PutAsync("/v1/agent/check/pass/service:chatty?note=one");
        var index = await agent.IndexAsync("/v1/health/service/chatty");
        await agent.PutAsync("/v1/agent/check/pass/service:chatty?note=two");
        Assert.Equal("two", (await agent.StateAsync("service:chatty")).Output);
        var published = await agent.GetAsync("/v1/health/checks/chatty");
        Assert.Equal("one", published.Json![0]!["Output"]!.GetValue<string>());
        Assert.Equal(index, await agent.IndexAsync("/v1/health/service/chatty"));
        await agent.PutAsync("/v1/agent/check/warn/service:chatty?note=three");
        Assert.Equal("three", (await agent.GetAsync("/v1/health/checks/chatty")).Json![0]!["Output"]!.GetValue<string>());
    }
}
