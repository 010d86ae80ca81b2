using System.Net;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class TheAuthorization(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/agent/connect/authorize";
    private const string Caller = "spiffe://11111111-2222-3333-4444-555555555555.consul/ns/default/dc/dc1/svc/caller";

    [SkippableTheory, BothAgents]
    public async Task Without_intentions_and_acls_everybody_may(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await AskAsync(agent, "everybody", Caller);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["Authorized", "Reason"], answer.Members);
        Assert.True((bool)answer.Json!["Authorized"]!);
        Assert.Equal(agent.Knows(Feature.CurrentTexts) ? "Default behavior configured by ACLs" : "ACLs disabled, access is allowed by default", (string?)answer.Json["Reason"]);
        Assert.Equal("MISS", answer.Header("X-Cache"));
        Assert.Null(answer.Index);
        var again = await AskAsync(agent, "everybody", Caller);
        Assert.Equal("HIT", again.Header("X-Cache"));
        Assert.Equal("0", again.Header("Age"));
    }

    [SkippableTheory, BothAgents("allow", true), BothAgents("deny", false)]
    public async Task The_default_policy_of_the_acls_decides_what_no_intention_names(AgentKind kind, string policy, bool allowed)
    {
        var agent = await agents.GetAsync(kind, new(policy));
        var answer = await AskAsync(agent, "default", Caller);
        Assert.Equal(allowed, (bool)answer.Json!["Authorized"]!);
        Assert.Equal("Default behavior configured by ACLs", (string?)answer.Json["Reason"]);
    }

    [SkippableTheory]
    [BothAgents("spiffe://elsewhere.example/ns/default/dc/dc1/svc/caller"), BothAgents("spiffe://td.consul/ns/default/dc/dc9/svc/caller"), BothAgents("SPIFFE://td.consul/ns/other/dc/dc1/svc/caller")]
    [BothAgents("spiffe://td.consul/ns/default/dc/dc1/svc/caller?query#fragment"), BothAgents("spiffe://td.consul/ns/default/dc/dc1/svc/a%20b")]
    public async Task Trust_domain_datacenter_and_the_rest_of_the_uri_are_not_looked_at(AgentKind kind, string uri) =>
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(await agents.GetAsync(kind), "web", uri)).Status);

    [SkippableTheory, BothAgents("zz:not:hex"), BothAgents("")]
    public async Task The_serial_is_not_looked_at(AgentKind kind, string serial)
    {
        var body = new JsonObject { ["target"] = "web", ["CLIENTCERTURI"] = Caller, ["ClientCertSerial"] = serial };
        Assert.Equal(HttpStatusCode.OK, (await (await agents.GetAsync(kind)).PostAsync(Path, body.ToJsonString())).Status);
    }

    [SkippableTheory]
    [BothAgents("http://example.com/foo", "Connect"), BothAgents("foo", "Connect"), BothAgents("::::", "Connect"), BothAgents("not a uri \u007f", "Connect"), BothAgents("", "Connect")]
    [BothAgents(Caller + "/", "Connect"), BothAgents("spiffe://td.consul/ns/default/dc/dc1/svc/", "Connect"), BothAgents("spiffe://td.consul/NS/default/dc/dc1/svc/web", "Connect")]
    [BothAgents("spiffe://td.consul", "Service"), BothAgents("spiffe://td.consul/agent/client/dc/dc1/id/x", "Service")]
    public async Task What_names_no_service_is_refused(AgentKind kind, string uri, string kindOfIdentifier)
    {
        var answer = await AskAsync(await agents.GetAsync(kind), "web", uri);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith($"ClientCertURI not a valid {kindOfIdentifier} identifier", answer.Text);
    }

    [SkippableTheory]
    [BothAgents("", "Request decode failed: EOF"), BothAgents("  ", "Request decode failed: EOF"), BothAgents("{", "Request decode failed: unexpected EOF"), BothAgents("{\"Target\":", "Request decode failed: unexpected EOF")]
    [BothAgents("x", "Request decode failed: invalid character 'x' looking for beginning of value"), BothAgents("{\"Target\" \"a\"}", "Request decode failed: invalid character '\"' after object key")]
    [BothAgents("{\"Target\":\"a\",}", "Request decode failed: invalid character '}' looking for beginning of object key string")]
    [BothAgents("{\"Target\":1}", "Request decode failed: json: cannot unmarshal number into Go struct field ConnectAuthorizeRequest.Target of type string")]
    [BothAgents("{\"Target\":{}}", "Request decode failed: json: cannot unmarshal object into Go struct field ConnectAuthorizeRequest.Target of type string")]
    [BothAgents("[]", "Request decode failed: json: cannot unmarshal array into Go value of type structs.ConnectAuthorizeRequest")]
    [BothAgents("12", "Request decode failed: json: cannot unmarshal number into Go value of type structs.ConnectAuthorizeRequest")]
    [BothAgents("{\"Target\":\"a\",\"Foo\":1,\"Bar\":2}", "Request decode failed: json: unknown field \"Foo\""), BothAgents("{\"target_service\":\"a\"}", "Request decode failed: json: unknown field \"target_service\"")]
    [BothAgents("{}", "Target service must be specified"), BothAgents("null", "Target service must be specified"), BothAgents("{\"Target\":\"\"}", "Target service must be specified")]
    [BothAgents("{\"Target\":\"a\"} trailing", "ClientCertURI not a valid Connect identifier")]
    public async Task A_body_that_cannot_be_read_is_refused_with_the_words_of_gos_decoder(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PostAsync(Path, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal((agent.Knows(Feature.CurrentTexts) ? "" : "Bad request: ") + text, answer.Text);
    }

    [SkippableTheory, BothAgents]
    public async Task It_takes_the_right_to_write_the_target(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind, new("deny"));
        var writer = await agent.CreateTokenAsync("""service "guarded" { policy = "write" }""");
        var reader = await agent.CreateTokenAsync("""service "guarded" { policy = "read" }""");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(agent, "guarded", Caller, writer)).Status);
        foreach (var (target, token) in new[] { ("guarded", reader), ("other", writer), ("guarded", "") })
        {
            var refused = await AskAsync(agent, target, Caller, token);
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.StartsWith("Permission denied", refused.Text);
        }

        var unknown = await AskAsync(agent, "guarded", Caller, Guid.NewGuid().ToString());
        Assert.Equal(HttpStatusCode.Forbidden, unknown.Status);
        Assert.Equal(agent.Knows(Feature.CurrentTexts) ? "Could not resolve token to authorizer: ACL not found" : "ACL not found", unknown.Text);
    }

    private static Task<ContractAnswer> AskAsync(ContractAgent agent, string target, string uri, string? token = null) =>
        agent.PostAsync(Path, new JsonObject { ["Target"] = target, ["ClientCertURI"] = uri, ["ClientCertSerial"] = "0a" }.ToJsonString(), token);
}
