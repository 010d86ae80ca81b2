using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Recordings;

/// <summary>What the installed Consul is too old to show is compared with what a current one was seen to answer.</summary>
public sealed partial class WhatACurrentConsulAnswers(ContractAgents agents) : IClassFixture<ContractAgents>
{
    // Of the moment, or of the connection.
    private static readonly string[] NotCompared = ["Content-Length", "Transfer-Encoding", "X-Consul-Index", "Date"];

    [Theory]
    [InlineData("roots"), InlineData("roots-blocking-timeout"), InlineData("roots-pem"), InlineData("roots-badindex"), InlineData("roots-badwait"), InlineData("roots-index-higher"), InlineData("roots-head"), InlineData("roots-catalog")]
    [InlineData("leaf"), InlineData("leaf-again"), InlineData("leaf-unregistered"), InlineData("leaf-space"), InlineData("leaf-empty"), InlineData("leaf-slash"), InlineData("leaf-upper"), InlineData("leaf-dc"), InlineData("leaf-ns"), InlineData("leaf-partition"), InlineData("leaf-wait-1s")]
    [InlineData("authorize-default"), InlineData("authorize-other-target"), InlineData("authorize-empty-target"), InlineData("authorize-bad-uri"), InlineData("authorize-not-service"), InlineData("authorize-partition"), InlineData("authorize-unknown-field"), InlineData("authorize-ns"), InlineData("authorize-get"), InlineData("authorize-empty-body")]
    [InlineData("unknown-url"), InlineData("status-leader"), InlineData("ca-config"), InlineData("agent-version"), InlineData("rotation-same-put"), InlineData("rotation-bad-provider"), InlineData("acl-token-self-disabled")]
    public async Task Without_acls(string name) => await ReplayAsync(await agents.GetAsync(AgentKind.DevAgent), Recording.Load(name), token: "");

    [Theory]
    [InlineData("authorize-allow"), InlineData("authorize-deny"), InlineData("authorize-l7"), InlineData("authorize-default"), InlineData("authorize-foreign-td"), InlineData("authorize-foreign-dc"), InlineData("authorize-ns")]
    public async Task With_intentions(string name)
    {
        await using var agent = ContractAgent.Of(await ConsulDevAgent.StartAsync());
        IntentionRule[] rules = [IntentionRule.Deny("/admin"), IntentionRule.Allow("/"), IntentionRule.Allow("/api", "GET")];
        agent.Dev!.SetIntentions("web", IntentionSource.Allow("client"), IntentionSource.Deny("bad"), IntentionSource.WithPermissions("l7", rules));
        await ReplayAsync(agent, Recording.Load(name), token: "");
    }

    [Theory]
    [InlineData("acl-roots--none"), InlineData("acl-roots--bogus"), InlineData("acl-leaf-web--none"), InlineData("acl-leaf-web--bogus"), InlineData("acl-leaf-other--none"), InlineData("acl-leaf-other--bogus")]
    [InlineData("acl-authorize-web--none"), InlineData("acl-authorize-web--bogus"), InlineData("acl-authorize-default--none"), InlineData("acl-agent-self--none"), InlineData("acl-agent-self--bogus")]
    [InlineData("acl-internal-acl-authorize--none"), InlineData("acl-internal-acl-authorize--bogus"), InlineData("acl-token-self--none"), InlineData("acl-token-self--bogus")]
    public async Task With_no_token_or_an_unknown_one(string name)
    {
        var recording = Recording.Load(name);
        await ReplayAsync(await agents.GetAsync(AgentKind.DevAgent, new("deny")), recording, recording.HasToken ? Guid.NewGuid().ToString() : "");
    }

    [Theory]
    [InlineData("acl-leaf-web", "svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("acl-leaf-other", "svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("acl-authorize-default", "svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("acl-internal-acl-authorize", "svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("acl-agent-self", "svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("acl-leaf-other", "svcweb-read", """service "web" { policy = "read" }""")]
    [InlineData("acl-authorize-web", "svcweb-read", """service "web" { policy = "read" }""")]
    [InlineData("acl-internal-acl-authorize", "svcweb-read", """service "web" { policy = "read" }""")]
    [InlineData("acl-authorize-web", "agent-read", """agent_prefix "" { policy = "read" }""")]
    [InlineData("acl-leaf-other", "service-identity-web", null)]
    [InlineData("acl-authorize-default", "service-identity-web", null)]
    [InlineData("acl-agent-self", "service-identity-web", null)]
    public async Task With_a_token(string call, string token, string? rules)
    {
        var agent = await agents.GetAsync(AgentKind.DevAgent, new("deny"));
        var secret = Guid.NewGuid().ToString();
        if (rules is null)
            agent.Dev!.AddServiceToken(secret, "web");
        else
            agent.Dev!.AddToken(secret, rules);
        await ReplayAsync(agent, Recording.Load($"{call}--{token}"), secret);
    }

    [Theory]
    [InlineData("defint-allow-acl-off", null, "allow"), InlineData("defint-allow-acl-allow", "allow", "allow"), InlineData("defint-allow-acl-deny", "deny", "allow")]
    [InlineData("defint-deny-acl-off", null, "deny"), InlineData("defint-deny-acl-allow", "allow", "deny"), InlineData("defint-deny-acl-deny", "deny", "deny")]
    public async Task With_a_default_intention_policy(string name, string? aclDefaultPolicy, string intentionPolicy)
    {
        var agent = await agents.GetAsync(AgentKind.DevAgent, new(aclDefaultPolicy, intentionPolicy));
        await ReplayAsync(agent, Recording.Load(name + "-authorize"), agent.ManagementToken ?? "");
        var recorded = Recording.Load(name + "-agent-self").Answer!["DebugConfig"]!;
        var self = (await agent.GetAsync("/v1/agent/self")).Json!["DebugConfig"]!;
        foreach (var (member, value) in recorded.AsObject().Where(one => one.Key != "ACLResolverSettings"))
            Assert.Equal(value!.ToJsonString(), self[member]!.ToJsonString());
        Assert.Equal((string?)recorded["ACLResolverSettings"]!["ACLDefaultPolicy"], (string?)self["ACLResolverSettings"]!["ACLDefaultPolicy"]);
    }

    [Fact]
    public async Task What_the_agent_says_of_itself_is_part_of_what_consul_says()
    {
        var self = (await (await agents.GetAsync(AgentKind.DevAgent)).GetAsync("/v1/agent/self")).Json!;
        var recorded = Recording.Load("agent-self").Answer!;
        foreach (var part in new[] { "Config", "Member", "Stats", "Coord", "Meta" })
            AssertPartOf(recorded[part]!, self[part]!, part);
        Assert.Equal(JsonShape.Of(recorded["Config"]), JsonShape.Of(self["Config"]));
        Assert.Equal(JsonShape.Of(recorded["DebugConfig"]!["ACLResolverSettings"]), JsonShape.Of(self["DebugConfig"]!["ACLResolverSettings"]));
    }

    private static void AssertPartOf(JsonNode whole, JsonNode part, string path)
    {
        if (part is not JsonObject members)
        {
            Assert.Equal(whole.GetValueKind(), part.GetValueKind());
            return;
        }

        foreach (var (name, value) in members)
        {
            Assert.True(whole[name] is not null, $"{path}.{name} is not what Consul says");
            AssertPartOf(whole[name]!, value!, $"{path}.{name}");
        }
    }

    private static async Task ReplayAsync(ContractAgent agent, Recording recording, string token)
    {
        // A recorded hit or second read had its first one.
        if (recording.Headers.GetValueOrDefault("X-Cache") == "HIT")
            await agent.SendAsync(new(recording.Method), recording.Path, recording.Body, token);
        var index = (await agent.GetAsync("/v1/agent/connect/ca/roots")).Index;
        var path = recording.Path.Replace("index=9&", $"index={index}&", StringComparison.Ordinal);
        var answer = await agent.SendAsync(new(recording.Method), path, recording.Body, token);
        Assert.Equal(recording.Status, (int)answer.Status);
        var expected = recording.Headers.Where(header => !NotCompared.Contains(header.Key) && !IsCacheMiss(recording, header.Key)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        var actual = answer.Headers.Where(header => !NotCompared.Contains(header.Key) && !IsCacheMiss(recording, header.Key)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(expected.Select(header => $"{header.Key}: {header.Value}"), actual.Select(header => $"{header.Key}: {header.Value}"), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(recording.Headers.ContainsKey("X-Consul-Index"), answer.Index is not null);
        if (recording.Headers["Content-Type"] != "application/json")
            Assert.Equal(Neutral(recording.Text), Neutral(answer.Text));
        else if (recording.Name.Contains("authorize", StringComparison.Ordinal))
            Assert.Equal(recording.Answer!.ToJsonString(), answer.Json!.ToJsonString());
        else
            Assert.Equal(JsonShape.Of(recording.Answer), JsonShape.Of(answer.Json));
    }

    // Whether a first read finds the cache filled depends on who read before; the contract tests look at that.
    private static bool IsCacheMiss(Recording recording, string header) => header is "X-Cache" or "Age" && !recording.Path.Contains("wait=", StringComparison.Ordinal);

    private static string Neutral(string text) => NodeName().Replace(TrustDomain().Replace(AccessorId().Replace(text, "<id>"), "<domain>"), "<node>");

    [GeneratedRegex("(?<=AccessorID ')[0-9a-f-]{36}")]
    private static partial Regex AccessorId();

    [GeneratedRegex("(?<=spiffe://)[0-9a-f-]{36}(?=.consul)")]
    private static partial Regex TrustDomain();

    [GeneratedRegex("(?<='agent:read' on \")[a-z]+")]
    private static partial Regex NodeName();
}
