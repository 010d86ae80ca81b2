using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheNode(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_is_its_own_leader(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var leader = (string?)(await agent.GetAsync("/v1/status/leader")).Json;
        Assert.Matches(@"^127\.0\.0\.1:\d+$", leader);
        Assert.Equal([leader], (await agent.GetAsync("/v1/status/peers")).Json!.AsArray().Select(peer => (string?)peer));
    }

    [SkippableTheory, BothAgents(null, false), BothAgents("deny", true)]
    public async Task It_tells_its_datacenter_its_version_and_its_acls(AgentKind kind, string? policy, bool acls)
    {
        var agent = await agents.GetAsync(kind, new(policy));
        var answer = await agent.GetAsync("/v1/agent/self");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var self = answer.Json!;
        Assert.Equal("dc1", (string?)self["Config"]!["Datacenter"]);
        Assert.NotEmpty((string)self["Config"]!["NodeName"]!);
        Assert.Equal(36, ((string)self["Config"]!["NodeID"]!).Length);
        Assert.True((bool)self["Config"]!["Server"]!);
        Assert.StartsWith(agent.Version.ToString(), (string?)self["Config"]!["Version"]);
        Assert.True((bool)self["DebugConfig"]!["ConnectEnabled"]!);
        Assert.Equal(acls, (bool)self["DebugConfig"]!["ACLsEnabled"]!);
        Assert.Equal(acls ? "enabled" : "disabled", (string?)self["Stats"]!["consul"]!["acl"]);
        if (!agent.Knows(Feature.DefaultIntentionPolicy))
            return;
        Assert.Equal("", (string?)self["DebugConfig"]!["DefaultIntentionPolicy"]);
        Assert.Equal(policy ?? "allow", (string?)self["DebugConfig"]!["ACLResolverSettings"]!["ACLDefaultPolicy"]);
    }

    [SkippableTheory, BothAgents]
    public async Task A_path_with_empty_parts_is_redirected(AgentKind kind)
    {
        await using var agent = await ContractAgent.StartAsync(kind);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = agent.Address };
        using var answer = await http.GetAsync(new Uri(agent.Address.GetLeftPart(UriPartial.Authority) + "/v1//agent/self"));
        Assert.Equal(HttpStatusCode.MovedPermanently, answer.StatusCode);
        Assert.Equal("/v1/agent/self", answer.Headers.Location?.OriginalString);
    }
}
