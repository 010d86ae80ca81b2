using System.Text;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class WhatTheAgentSays
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Roots_and_leaf_are_read_with_index_and_age()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, Bodies.Roots, ("X-Consul-Index", "12"), ("Age", "3"), ("X-Consul-KnownLeader", "false"), ("X-Cache", "HIT"));
        var roots = await client.GetRootsAsync(Query, default);
        agent.Answers = TinyAgent.Text(200, Bodies.Leaf, ("X-Consul-Index", "16"));
        var leaf = await client.GetLeafAsync("web", Query, default);

        Assert.Equal((12ul, TimeSpan.FromSeconds(3)), (roots.Index!.Value, roots.Age!.Value));
        Assert.Equal(("aa:01", 2, "PEM 1\n"), (roots.Value.ActiveRootId, roots.Value.Roots.Count, roots.Value.Roots[0].RootCert));
        Assert.Equal(["PEM x\n"], roots.Value.Roots[1].IntermediateCerts);
        Assert.Equal((16ul, TimeSpan.Zero), (leaf.Index!.Value, leaf.Age!.Value));
        Assert.Equal(("CERT\nPEM\n", "KEY\nPEM\n"), (Encoding.UTF8.GetString(leaf.Value.CertPem), Encoding.UTF8.GetString(leaf.Value.PrivateKeyPem)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":[{"ID":"a","RootCert":"P" """)]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":null}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":[]}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":[null]}""")]
    [InlineData("""{"ActiveRootID":"b","TrustDomain":"t","Roots":[{"ID":"a","RootCert":"P"}]}""")]
    [InlineData("""{"TrustDomain":"t","Roots":[{"ID":"a","RootCert":"P"}]}""")]
    [InlineData("""{"ActiveRootID":"a","Roots":[{"ID":"a","RootCert":"P"}]}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"","Roots":[{"ID":"a","RootCert":"P"}]}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":[{"ID":"a","RootCert":""}]}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":[{"ID":"a","RootCert":"P","Active":"true"}]}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","Roots":{"ID":"a"}}""")]
    [InlineData("""{"ActiveRootID":"a","TrustDomain":"t","TrustDomain":"u","Roots":[{"ID":"a","RootCert":"P"}]}""")]
    public async Task Roots_that_cannot_be_believed_are_malformed(string body)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, body);
        Assert.Equal(AgentFault.Malformed, await FaultAsync(() => client.GetRootsAsync(Query, default)));
    }

    [Theory]
    [InlineData("""{"CertPEM":"C"}""")]
    [InlineData("""{"PrivateKeyPEM":"K"}""")]
    [InlineData("""{"CertPEM":"","PrivateKeyPEM":"K"}""")]
    [InlineData("""{"CertPEM":1,"PrivateKeyPEM":"K"}""")]
    [InlineData("""{"CertPEM":"C","PrivateKeyPEM":"K","PrivateKeyPEM":"L"}""")]
    public async Task A_leaf_that_cannot_be_believed_is_malformed_and_never_quoted(string body)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, body.Replace("\"K\"", "\"-----BEGIN EC PRIVATE KEY-----\"", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetLeafAsync("web", Query, default));
        Assert.Equal(AgentFault.Malformed, failure.Fault);
        Assert.DoesNotContain("PRIVATE KEY", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Authorized":true,"Reason":"x"}""", true)]
    [InlineData("""{"Reason":"x","Authorized":false,"Newer":1}""", false)]
    [InlineData("""{"Authorized":true,"Authorized":true}""", null)]
    [InlineData("""{"Authorized":false,"Authorized":true}""", null)]
    [InlineData("""{"Authorized":"true"}""", null)]
    [InlineData("""{"Authorized":1}""", null)]
    [InlineData("""{"Authorized":null}""", null)]
    [InlineData("""{"Authorized":[true]}""", null)]
    [InlineData("""{"authorized":true}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("true", null)]
    [Trait("Case", "L4-029")]
    [Trait("Case", "L4-031")]
    public async Task A_verdict_is_a_boolean_said_once(string body, bool? authorized)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, body);
        Task<AgentAnswer<AuthorizeVerdict>> Ask() => client.AuthorizeAsync("web", "spiffe://x", "", default);
        if (authorized is null)
            Assert.Equal(AgentFault.Malformed, await FaultAsync(Ask));
        else
            Assert.Equal(authorized, (await Ask()).Value.Authorized);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(206)]
    public async Task Only_200_is_an_answer(int status)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = context => { context.Response.StatusCode = status; return Task.CompletedTask; };
        Assert.Equal(AgentFault.Malformed, await FaultAsync(() => client.GetRootsAsync(Query, default)));
    }

    [Fact]
    public async Task Self_tells_the_policies_of_old_and_new_agents()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, """{"Config":{"Datacenter":"dc1","NodeName":"n","Version":"1.8.7"},"DebugConfig":{"ACLsEnabled":true,"ACLDefaultPolicy":"deny"}}""");
        var old = (await client.GetSelfAsync(default)).Value;
        agent.Answers = TinyAgent.Text(200, """{"Config":{"Datacenter":"dc1"},"DebugConfig":{"ACLsEnabled":false,"DefaultIntentionPolicy":"allow","ACLResolverSettings":{"ACLsEnabled":false,"ACLDefaultPolicy":"allow"}}}""");
        var recent = (await client.GetSelfAsync(default)).Value;

        Assert.Equal(new AgentSelf("dc1", "n", "1.8.7", null, true, "deny"), old);
        Assert.Equal(("allow", false, "allow"), (recent.DefaultIntentionPolicy, recent.AclsEnabled!.Value, recent.AclDefaultPolicy));
    }

    [Fact] // B-20
    public async Task A_server_without_a_leader_confirms_nothing_but_the_agents_cache_does()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, Bodies.Match(), ("X-Consul-KnownLeader", "false"));
        Assert.Null((await client.MatchIntentionsAsync("web", Query, default)).Age);
        agent.Answers = TinyAgent.Text(200, Bodies.Match(), ("X-Consul-KnownLeader", "true"), ("X-Consul-LastContact", "1500"));
        Assert.Equal(TimeSpan.FromSeconds(1.5), (await client.MatchIntentionsAsync("web", Query, default)).Age);
        agent.Answers = TinyAgent.Text(200, Bodies.Roots, ("X-Consul-KnownLeader", "false"));
        Assert.Equal(TimeSpan.Zero, (await client.GetRootsAsync(Query, default)).Age);
    }

    [Fact]
    public async Task The_table_of_intentions_is_a_list_of_which_only_change_matters()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        agent.Answers = TinyAgent.Text(200, "[1,2]", ("X-Consul-Index", "7"));
        var first = await client.WaitForIntentionsAsync(Query, default);
        agent.Answers = TinyAgent.Text(200, "[1,2,3]", ("X-Consul-Index", "8"));
        var second = await client.WaitForIntentionsAsync(Query, default);
        agent.Answers = TinyAgent.Text(200, "{}", ("X-Consul-Index", "8"));

        Assert.Equal((7ul, 8ul), (first.Index!.Value, second.Index!.Value));
        Assert.NotEqual(first.Fingerprint, second.Fingerprint);
        Assert.Equal(AgentFault.Malformed, await FaultAsync(() => client.WaitForIntentionsAsync(Query, default)));
    }

    private static async Task<AgentFault> FaultAsync(Func<Task> call) => (await Assert.ThrowsAsync<AgentException>(call)).Fault;
}
