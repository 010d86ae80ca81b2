using System.Net;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Intentions;

public sealed class AnIntentionById(ContractAgents agents) : IClassFixture<ContractAgents>
{
    private const string Path = "/v1/connect/intentions";
    private const string Unknown = Path + "/00000000-0000-0000-0000-000000000000";

    [SkippableTheory, BothAgents]
    public async Task It_is_created_read_changed_and_deleted(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        var created = await agent.PostAsync(Path, """{"sourceName":"id-a","DestinationName":"id-b","Action":"allow","Description":"<x> & y","Meta":{"k":"v"}}""");
        Assert.Equal(["ID"], created.Members);
        var id = created.Json!["ID"]!.GetValue<string>();

        var read = await agent.GetAsync($"{Path}/{id}");
        Assert.Contains("\\u003cx\\u003e \\u0026 y", read.Text, StringComparison.Ordinal);
        var intention = read.Json!;
        Assert.Equal((id, "id-a", "id-b", "allow", 9), (Text(intention, "ID"), Text(intention, "SourceName"), Text(intention, "DestinationName"), Text(intention, "Action"), intention["Precedence"]!.GetValue<int>()));
        Assert.Equal("v", Text(intention["Meta"]!, "k"));
        Assert.EndsWith("Z", Text(intention, "CreatedAt"), StringComparison.Ordinal);
        Assert.Equal(intention["CreateIndex"]!.GetValue<ulong>(), intention["ModifyIndex"]!.GetValue<ulong>());

        var changed = await agent.PutAsync($"{Path}/{id}", """{"SourceName":"id-a","DestinationName":"id-b","Action":"deny"}""");
        Assert.Equal(id, changed.Json!["ID"]!.GetValue<string>());
        var again = (await agent.GetAsync($"{Path}/{id}")).Json!;
        Assert.Equal("deny", Text(again, "Action"));
        Assert.Equal(Text(intention, "CreatedAt"), Text(again, "CreatedAt"));
        Assert.True(again["ModifyIndex"]!.GetValue<ulong>() > again["CreateIndex"]!.GetValue<ulong>());

        Assert.Equal("true", (await agent.DeleteAsync($"{Path}/{id}")).Text.Trim());
        Assert.Equal((HttpStatusCode.NotFound, "Intention not found"), Outcome(await agent.GetAsync($"{Path}/{id}")));
        Assert.Equal((HttpStatusCode.InternalServerError, $"Cannot delete non-existent intention: '{id}'"), Outcome(await agent.DeleteAsync($"{Path}/{id}")));
    }

    [SkippableTheory, BothAgents]
    public async Task An_unknown_or_malformed_id_is_refused(AgentKind kind)
    {
        var agent = await agents.GetAsync(kind);
        Assert.Equal((HttpStatusCode.NotFound, "Intention not found"), Outcome(await agent.GetAsync(Unknown)));
        Assert.Equal((HttpStatusCode.InternalServerError, "Cannot modify non-existent intention: '00000000-0000-0000-0000-000000000000'"),
            Outcome(await agent.PutAsync(Unknown, """{"SourceName":"a","DestinationName":"b","Action":"deny"}""")));
        foreach (var path in new[] { Path + "/x", Path + "/" })
        {
            var answer = await agent.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.EndsWith("UUID must be 36 characters", answer.Text, StringComparison.Ordinal);
        }

        var refused = await agent.PutAsync(Path + "/x", "{}");
        Assert.Equal(HttpStatusCode.InternalServerError, refused.Status);
        Assert.StartsWith("Intention lookup failed: ", refused.Text, StringComparison.Ordinal);
        Assert.EndsWith("Request decode failed: unexpected EOF", (await agent.PutAsync(Unknown, "{")).Text, StringComparison.Ordinal);
    }

    private static (HttpStatusCode Status, string Text) Outcome(ContractAnswer answer) => (answer.Status, answer.Text);

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
