using System.Net;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Intentions;
using ConsulConnect.DevAgent.State;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class WaitingForIntentions(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/intentions";
    private const string Match = Path + "/match?by=destination&name=";

    [SkippableTheory, BothAgents]
    public async Task The_list_answers_as_soon_as_one_is_created(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var before = await agent.GetAsync(Path);
        var waiting = agent.GetAsync($"{Path}?index={before.Index}&wait=60s");
        await CreateAsync(agent, "list-a", "list-b");
        var after = await waiting;
        Assert.True(after.Index > before.Index);
        Assert.Contains("list-b", after.Text, StringComparison.Ordinal);
        Assert.True(after.Elapsed < TimeSpan.FromSeconds(30), $"It took {after.Elapsed}.");
    }

    [SkippableTheory, BothAgents]
    public async Task A_wait_without_news_ends_with_the_same_index(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, $"same-{Guid.NewGuid()}", "same-b");
        var before = await agent.GetAsync(Path);
        var after = await agent.GetAsync($"{Path}?index={before.Index}&wait=1s");
        Assert.Equal((before.Index, before.Text), (after.Index, after.Text));
        Assert.InRange(after.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
    }

    [SkippableTheory, BothAgents]
    public async Task An_older_index_is_answered_at_once(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        await CreateAsync(agent, $"older-{Guid.NewGuid()}", "older-b");
        var before = await agent.GetAsync(Path);
        var after = await agent.GetAsync($"{Path}?index={before.Index - 1}&wait=60s");
        Assert.Equal(before.Index, after.Index);
        Assert.True(after.Elapsed < TimeSpan.FromSeconds(30), $"It took {after.Elapsed}.");
    }

    [SkippableTheory, BothAgents]
    public async Task A_match_answers_as_soon_as_what_it_is_about_changes(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        // The older ones send no index of their own; the list's is of the same table.
        await CreateAsync(agent, "m-a", "m-b");
        var index = (await agent.GetAsync(agent.Knows(Feature.MatchIndex) ? Match + "m-b" : Path)).Index;
        var waiting = agent.GetAsync($"{Match}m-b&index={index}&wait=60s");
        await CreateAsync(agent, "m-c", "m-b");
        var answer = await waiting;
        Assert.Equal(2, answer.Json!["m-b"]!.AsArray().Count);
        Assert.True(answer.Elapsed < TimeSpan.FromSeconds(30), $"It took {answer.Elapsed}.");
        if (agent.Knows(Feature.MatchIndex))
            Assert.True(answer.Index > index);
    }

    [Fact]
    public async Task A_match_sleeps_through_the_changes_of_others()
    {
        var state = new AgentState(TimeProvider.System);
        var writes = new IntentionWrites(new(state), TimeProvider.System);
        Allow("quiet");
        var waiting = state.WaitAsync(ConfigTopics.IntentionsOf("quiet"), state.Index, TimeSpan.FromMinutes(1), CancellationToken.None);
        Allow("loud");
        var loud = state.Index;
        Assert.False(waiting.IsCompleted);
        Allow("*");
        Assert.True(await waiting > loud);

        void Allow(string destination) => writes.Replace(destination, [new("a", "allow", [])]);
    }

    private static async Task CreateAsync(ContractAgent agent, string source, string destination) =>
        Assert.Equal(HttpStatusCode.OK, (await agent.PostAsync(Path, $$"""{"SourceName":"{{source}}","DestinationName":"{{destination}}","Action":"allow"}""")).Status);
}
