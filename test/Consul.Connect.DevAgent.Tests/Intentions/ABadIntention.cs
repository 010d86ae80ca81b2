using System.Net;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class ABadIntention(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/intentions";

    [SkippableTheory]
    [BothAgents("", "Failed to decode request body: EOF")]
    [BothAgents("{", "Failed to decode request body: unexpected EOF")]
    [BothAgents("{\"Foo\":1}", "Failed to decode request body: json: unknown field \"Foo\"")]
    [BothAgents("{\"SourceName\":1}", "Failed to decode request body: json: cannot unmarshal number into Go struct field .SourceName of type string")]
    [BothAgents("[]", "Failed to decode request body: json: cannot unmarshal array into Go value of type struct { Hash string; CreatedAt string; UpdatedAt string; *structs.Alias }")]
    [BothAgents("{}", "3 errors occurred:\n\t* SourceName must be set\n\t* DestinationName must be set\n\t* Action must be set to 'allow' or 'deny'\n\n")]
    [BothAgents("null", "3 errors occurred:\n\t* SourceName must be set\n\t* DestinationName must be set\n\t* Action must be set to 'allow' or 'deny'\n\n")]
    [BothAgents("{\"SourceName\":\"bad-a\",\"DestinationName\":\"bad-b\",\"Action\":\"maybe\"}", "1 error occurred:\n\t* Action must be set to 'allow' or 'deny'\n\n")]
    [BothAgents("{\"SourceName\":\"bad-a*\",\"DestinationName\":\"*bad-b\",\"Action\":\"allow\"}", "2 errors occurred:\n\t* SourceName: wildcard character '*' cannot be used with partial values\n\t* DestinationName: wildcard character '*' cannot be used with partial values\n\n")]
    [BothAgents("{\"SourceName\":\"bad-a\",\"DestinationName\":\"bad-b\",\"Action\":\"allow\",\"SourceType\":\"x\"}", "1 error occurred:\n\t* SourceType must be set to 'consul'\n\n")]
    [BothAgents("{\"SourceName\":\"bad-a\",\"DestinationName\":\"bad-b\",\"Action\":\"allow\",\"ID\":\"x\"}", "ID must be empty when creating a new intention")]
    public async Task It_is_refused_with_what_is_wrong_and_changes_nothing(AgentKind kind, string body, string text)
    {
        var agent = await agents.GetAsync(kind);
        var before = await agent.GetAsync(Path);
        var answer = await agent.PostAsync(Path, body);
        Assert.Equal((HttpStatusCode.InternalServerError, text), (answer.Status, answer.Text));
        var after = await agent.GetAsync(Path);
        Assert.Equal((before.Index, before.Text), (after.Index, after.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task Limits_are_those_of_Consul(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var value = new string('v', 513);
        var answer = await agent.PostAsync(Path, $$"""{"SourceName":"bad-a","DestinationName":"bad-b","Action":"allow","Description":"{{value}}","Meta":{"k":"{{value}}"} }""");
        Assert.Equal((HttpStatusCode.InternalServerError, "2 errors occurred:\n\t* Description exceeds maximum length 512\n\t* Meta value for key \"k\" exceeds maximum length 512\n\n"), (answer.Status, answer.Text));
    }

    [SkippableTheory, BothAgents]
    public async Task The_second_one_between_two_names_is_a_duplicate(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        const string Body = """{"SourceName":"twice-a","DestinationName":"twice-b","Action":"allow"}""";
        Assert.Equal(HttpStatusCode.OK, (await agent.PostAsync(Path, Body)).Status);
        var answer = await agent.PostAsync(Path, Body);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        if (agent.Knows(Feature.L7))
            Assert.Equal("Sources[1] defines \"twice-a\" more than once", answer.Text);
        else
            Assert.StartsWith("duplicate intention found: ", answer.Text, StringComparison.Ordinal);
    }

    [SkippableTheory, BothAgents]
    public async Task Other_methods_are_not_allowed(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.PutAsync(Path, "{}");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method PUT not allowed", "OPTIONS,GET,POST"), (answer.Status, answer.Text, answer.Header("Allow")));
        Assert.Equal("OPTIONS,GET,PUT,DELETE", (await agent.PostAsync(Path + "/00000000-0000-0000-0000-000000000000")).Header("Allow"));
    }
}
