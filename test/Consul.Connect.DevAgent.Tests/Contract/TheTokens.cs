using System.Net;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheTokens(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private static readonly ContractSettings Deny = new("deny");

    [SkippableTheory, BothAgents("/v1/agent/connect/ca/roots"), BothAgents("/v1/connect/ca/roots"), BothAgents("/v1/status/leader")]
    public async Task Roots_and_leader_need_none_and_do_not_mind_a_wrong_one(AgentKind kind, string path)
    {
        var agent = await agents.GetAsync(kind, Deny);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync(path, token: "")).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync(path, token: Guid.NewGuid().ToString())).Status);
    }

    [SkippableTheory, BothAgents("/v1/agent/connect/ca/leaf/a", "service:write", "a"), BothAgents("/v1/agent/self", "agent:read", null), BothAgents("/v1/connect/ca/configuration", "operator:write", null)]
    public async Task Whoever_has_no_right_is_refused_and_told_which_one_is_missing(AgentKind kind, string path, string permission, string? resource)
    {
        var agent = await agents.GetAsync(kind, Deny);
        var weak = await agent.CreateTokenAsync("""service "a" { policy = "read" }""");
        foreach (var token in new[] { weak, "" })
        {
            var answer = await agent.GetAsync(path, token);
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
            Assert.StartsWith("Permission denied", answer.Text);
            if (!agent.Knows(Feature.CurrentTexts))
                continue;
            Assert.Contains(token == "" ? "anonymous token lacks" : "token with AccessorID '", answer.Text);
            Assert.Contains($"lacks permission '{permission}'" + (resource is null ? "" : $" on \"{resource}\""), answer.Text);
            Assert.DoesNotContain(weak, answer.Text);
        }
    }

    [SkippableTheory, BothAgents("/v1/agent/connect/ca/leaf/b"), BothAgents("/v1/agent/self"), BothAgents("/v1/connect/ca/configuration")]
    public async Task An_unknown_one_is_not_found(AgentKind kind, string path)
    {
        var answer = await (await agents.GetAsync(kind, Deny)).GetAsync(path, Guid.NewGuid().ToString());
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("ACL not found", answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task It_may_come_as_header_as_parameter_or_as_bearer(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Deny);
        var token = await agent.CreateTokenAsync("""service "ways" { policy = "write" }""");
        const string Path = "/v1/agent/connect/ca/leaf/ways";
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync(Path, token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync($"{Path}?token={token}", token: "")).Status);
        Assert.Equal(HttpStatusCode.OK, (await agent.SendAsync(HttpMethod.Get, Path, token: "", headers: ("Authorization", "Bearer " + token))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.SendAsync(HttpMethod.Get, Path, token: "", headers: ("Authorization", "Basic " + token))).Status);
    }

    [SkippableTheory]
    [BothAgents("""service_prefix "app-" { policy = "write" }""", "app-one", true)]
    [BothAgents("""service_prefix "app-" { policy = "write" }""", "other", false)]
    [BothAgents("""service_prefix "" { policy = "write" } service "app-two" { policy = "read" }""", "app-two", false)]
    [BothAgents("""service_prefix "" { policy = "read" } service_prefix "app-" { policy = "write" }""", "app-three", true)]
    [BothAgents("""service "app-four" { policy = "write" intentions = "deny" } key_prefix "" { policy = "read" }""", "app-four", true)]
    public async Task The_most_exact_rule_decides(AgentKind kind, string rules, string service, bool allowed)
    {
        var agent = await agents.GetAsync(kind, Deny);
        var answer = await agent.GetAsync("/v1/agent/connect/ca/leaf/" + service, await agent.CreateTokenAsync(rules));
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
    }

    [SkippableTheory, BothAgents]
    public async Task A_deleted_one_is_unknown(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, Deny);
        var token = await agent.CreateTokenAsync("""agent_prefix "" { policy = "read" }""");
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/v1/agent/self", token)).Status);
        await agent.DeleteTokenAsync(token);
        Assert.Equal("ACL not found", (await agent.GetAsync("/v1/agent/self", token)).Text);
    }

    [SkippableTheory, BothAgents(60), BothAgents(0)]
    public async Task One_that_expires_says_when(AgentKind kind, int minutes)
    {
        var agent = await agents.GetAsync(kind, Deny);
        var token = await agent.CreateTokenAsync("""service "life" { policy = "write" }""", minutes > 0 ? TimeSpan.FromMinutes(minutes) : null);
        var self = (await agent.GetAsync("/v1/acl/token/self", token)).Json!;
        Assert.Equal(token, self["SecretID"]!.GetValue<string>());
        var created = self["CreateTime"]!.GetValue<DateTimeOffset>();
        if (minutes == 0)
            Assert.Null(self["ExpirationTime"]);
        else
            Assert.Equal(minutes, (self["ExpirationTime"]!.GetValue<DateTimeOffset>() - created).TotalMinutes, 0.1);
    }

    [Fact]
    public async Task One_that_has_expired_is_unknown()
    {
        var time = new FakeTime();
        await using var dev = await ConsulDevAgent.StartAsync(new() { AclDefaultPolicy = "deny", Clock = time });
        await using var agent = ContractAgent.Of(dev);
        dev.AddToken("brief", """agent_prefix "" { policy = "read" }""", TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/v1/agent/self", "brief")).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("ACL not found", (await agent.GetAsync("/v1/agent/self", "brief")).Text);
        Assert.Throws<ArgumentOutOfRangeException>(() => dev.AddToken("none", "", TimeSpan.Zero));
    }

    [SkippableTheory, BothAgents("allow"), BothAgents("deny")]
    public async Task The_header_names_the_default_policy(AgentKind kind, string policy)
    {
        var agent = await agents.GetAsync(kind, new(policy));
        var answer = await agent.GetAsync("/v1/agent/connect/ca/roots");
        Assert.Equal(agent.Knows(Feature.DefaultPolicyHeader) ? policy : null, answer.Header("X-Consul-Default-Acl-Policy"));
    }
}
