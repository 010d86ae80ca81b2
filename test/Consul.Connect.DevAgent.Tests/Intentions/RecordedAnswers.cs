using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

/// <summary>What the installed Consul is too old to show: the answers of a 1.21.4, asked for again.</summary>
public sealed class RecordedAnswers
{
    [Fact]
    public async Task Every_write_and_match_is_answered_as_recorded()
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent);
        foreach (var recorded in RecordedAnswer.ReadList(RecordedAnswer.Read()["rules"]))
            await recorded.ReplayAsync(agent);
    }

    [Fact]
    public async Task Every_check_and_deletion_is_answered_as_recorded()
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent);
        agent.Dev!.SetIntentions("web", IntentionSource.Allow("client"), IntentionSource.Deny("bad"), IntentionSource.WithPermissions("l7", IntentionRule.Allow("/a"), IntentionRule.Allow("/b"), IntentionRule.Allow("/c")));
        foreach (var recorded in RecordedAnswer.ReadList(RecordedAnswer.Read()["decisions"]))
            await recorded.ReplayAsync(agent);
    }

    [Theory]
    [InlineData("none", null)]
    [InlineData("bogus", "")]
    [InlineData("svcweb-write", "service \"web\" { policy = \"write\" }")]
    [InlineData("svcweb-read", "service \"web\" { policy = \"read\" }")]
    [InlineData("svcweb-write+svc-node-read", "service \"web\" { policy = \"write\" } service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }")]
    [InlineData("agent-read", "agent_prefix \"\" { policy = \"read\" }")]
    [InlineData("service-identity-web", "service \"web\" { policy = \"write\" } service \"web-sidecar-proxy\" { policy = \"write\" } service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }")]
    public async Task Every_right_is_judged_as_recorded(string name, string? rules)
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent, new("deny"));
        agent.Dev!.SetIntentions("web", IntentionSource.Allow("client"), IntentionSource.WithPermissions("l7", IntentionRule.Allow("/")));
        var token = rules switch
        {
            null => "",
            "" => Guid.NewGuid().ToString(),
            _ => await agent.CreateTokenAsync(rules),
        };
        foreach (var recorded in RecordedAnswer.ReadList(RecordedAnswer.Read()["rights"].GetProperty(name)))
            await recorded.ReplayAsync(agent, token);
    }

    [Theory]
    [InlineData("defint-allow-acl-off", "allow", null)]
    [InlineData("defint-allow-acl-allow", "allow", "allow")]
    [InlineData("defint-allow-acl-deny", "allow", "deny")]
    [InlineData("defint-deny-acl-off", "deny", null)]
    [InlineData("defint-deny-acl-allow", "deny", "allow")]
    [InlineData("defint-deny-acl-deny", "deny", "deny")]
    public async Task Check_follows_the_ACLs_and_not_the_default_intention_policy_as_recorded(string name, string intentions, string? acls)
    {
        await using var agent = await ContractAgent.StartAsync(AgentKind.DevAgent, new(acls, intentions));
        foreach (var recorded in RecordedAnswer.ReadList(RecordedAnswer.Read()["defaults"].GetProperty(name)))
            await recorded.ReplayAsync(agent);
    }
}
