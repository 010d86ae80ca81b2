using System.Text.Json;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Situations recorded from Consul's own tests, golden files and agents.</summary>
public class RecordedIntentions
{
    private static readonly JsonElement[] Rows = [.. L7Cases.Rows];

    [Fact]
    public void Connections_are_decided_as_recorded()
    {
        var rows = Rows.Where(row => row.GetProperty("request").ValueKind == JsonValueKind.Null).ToArray();

        Assert.Equal(45, rows.Length);
        Assert.All(rows, row =>
        {
            var scenario = L7Cases.Scenario(row);
            Assert.Equal(L7Cases.Allows(row), (scenario.Ours.Decide(L7Cases.Caller(row)) ?? scenario.ByDefault.Decide(L7Cases.Caller(row))).Allowed);
        });
    }

    [Fact]
    public void Requests_are_decided_by_the_recorded_intention_and_permission()
    {
        var decided = 0;
        foreach (var (row, request) in Rows.Where(row => row.GetProperty("request").ValueKind == JsonValueKind.Object).Zip(L7Cases.Read()))
        {
            var decision = request.DecideLikeEnvoy();
            var expect = row.GetProperty("expect");
            if (expect.Text("decision") is not ("allow" or "deny"))
                continue;

            var intention = Index(expect, "intention") is { } index ? Strictness.NameOf(request.Scenario.Intentions[index]) : null;
            Assert.True((intention, Index(expect, "permission")) == (decision.Intention, decision.Permission), $"{request}: {decision}");
            decided++;
        }

        Assert.Equal(219, decided);
    }

    [Fact]
    public void A_caller_whose_requests_decide_is_let_in_exactly_when_one_of_them_could_be_allowed()
    {
        foreach (var request in L7Cases.Read())
        {
            var connection = request.Scenario.Ours.Decide(request.Caller, ConnectionKind.Http, out var behind)
                ?? behind?.Requests!.OpenByDefault(request.Caller, request.Scenario.ByDefault)
                ?? request.Scenario.ByDefault.Decide(request.Caller);

            Assert.True(connection.Allowed || !request.Decide().Allowed, request.ToString());
            if (behind is not null || connection.IsPerRequest)
                Assert.False(request.Scenario.Ours.Decide(request.Caller)?.Allowed);
        }
    }

    private static int? Index(JsonElement expect, string name) => expect.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
