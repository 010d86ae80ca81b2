using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.ConfigEntries;

public sealed class ABadConfigEntry(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/config";

    [SkippableTheory]
    [BothAgents("", "EOF")]
    [BothAgents("{", "unexpected EOF")]
    [BothAgents("[]", "'' expected a map, got 'slice'")]
    [BothAgents("{}", "Payload does not contain a kind/Kind key at the top level")]
    [BothAgents("null", "Payload does not contain a kind/Kind key at the top level")]
    [BothAgents("{\"Kind\":1}", "Kind value in payload is not a string")]
    [BothAgents("{\"Kind\":\"nope\"}", "invalid config entry kind: nope")]
    [BothAgents("{\"Kind\":\"service-defaults\",\"Name\":\"bad\",\"Foo\":1}", "1 error occurred:\n\t* invalid config key \"Foo\"\n\n")]
    [BothAgents("{\"Kind\":\"service-defaults\",\"Name\":\"bad\",\"Namespace\":\"x\"}", "1 error occurred:\n\t* invalid config key \"Namespace\", namespaces are a consul enterprise feature\n\n")]
    [BothAgents("{\"Kind\":\"service-defaults\",\"Name\":{\"a\":1}}", "1 error(s) decoding:\n\n* 'Name' expected type 'string', got unconvertible type 'map[string]interface {}'")]
    public async Task What_cannot_be_read_is_a_bad_request(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        var before = await agent.GetAsync(Path + "/");
        var answer = await agent.PutAsync(Path, body);
        Assert.Equal((HttpStatusCode.BadRequest, (agent.Knows(Feature.CurrentTexts) ? "" : "Bad request: ") + "Request decoding failed: " + text), (answer.Status, answer.Text));
        var after = await agent.GetAsync(Path + "/");
        Assert.Equal((before.Index, before.Text), (after.Index, after.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task What_must_not_be_is_a_servers_error(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Equal(HttpStatusCode.InternalServerError, (await agent.PutAsync(Path, """{"Kind":"service-defaults"}""")).Status);
        var answer = await agent.PutAsync(Path, $$"""{"Kind":"service-defaults","Name":"bad","Meta":{"k":"{{new string('v', 513)}}"} }""");
        Assert.Equal((HttpStatusCode.InternalServerError, "1 error occurred:\n\t* Meta value for key \"k\" exceeds maximum length 512\n\n"), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task An_unknown_kind_is_refused_by_every_call(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        foreach (var path in new[] { "/v1/config/nope", "/v1/config/nope/x" })
        {
            var answer = await agent.GetAsync(path);
            Assert.Equal((HttpStatusCode.InternalServerError, "invalid config entry kind: nope"), (answer.Status, answer.Text));
        }

        var deleted = await agent.DeleteAsync("/v1/config/nope/x");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid config entry kind: nope"), (deleted.Status, deleted.Text));
        var nameless = await agent.DeleteAsync("/v1/config/service-defaults");
        Assert.Equal((HttpStatusCode.NotFound, "Must provide both a kind and name to delete"), (nameless.Status, nameless.Text));
        Assert.Equal("OPTIONS,PUT", (await agent.GetAsync(Path)).Header("Allow"));
        Assert.Equal("OPTIONS,GET,DELETE", (await agent.PostAsync(Path + "/service-defaults/x")).Header("Allow"));
    }

    [Theory]
    [InlineData("{\"Kind\":\"service-defaults\",\"Name\":\"*\"}", "service-defaults name must be the name of a service, and not a wildcard")]
    [InlineData("{\"Kind\":\"proxy-defaults\",\"Name\":\"x\"}", "invalid name (\"x\"), only \"global\" is supported")]
    [InlineData("{\"Kind\":\"jwt-provider\",\"Name\":\"x\"}", "JSONWebKeySet is required")]
    [InlineData("{\"Kind\":\"jwt-provider\",\"Name\":\"x\",\"JSONWebKeySet\":{}}", "must specify exactly one of Local or Remote JSON Web key set")]
    [InlineData("{\"Kind\":\"jwt-provider\",\"Name\":\"x\",\"JSONWebKeySet\":{\"Local\":{\"JWKS\":\"?\"}}}", "JWKS must be valid base64 encoded string")]
    [InlineData("{\"Kind\":\"service-resolver\",\"Name\":\"x\"}", "config entries of kind \"service-resolver\" are not supported by this agent for development")]
    public async Task What_a_current_Consul_refuses_is_refused(string body, string text)
    {
        var agent = await agents.GetAsync(AgentKind.DevAgent);
        var answer = await agent.PutAsync(Path, body);
        Assert.Equal((HttpStatusCode.InternalServerError, text), (answer.Status, answer.Text));
    }
}
