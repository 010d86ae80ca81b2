using System.Net;

namespace ConsulConnect.DevAgent.Tests.Contract;

public sealed class AnUnknownPath(ContractAgents agents) : IClassFixture<ContractAgents>
{
    [SkippableTheory, BothAgents]
    public async Task It_is_not_found(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var answer = await agent.GetAsync("/v1/nope");
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(agent.Knows(Feature.CurrentTexts) ? "Invalid URL path: not a recognized HTTP API endpoint\n" : "", answer.Text);
    }
}
