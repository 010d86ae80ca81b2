using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Tests.Contract;

namespace ConsulConnect.DevAgent.Tests.Recordings;

/// <summary>The calls that a current Consul was asked about its catalog, in their order, and every answer down to its values.</summary>
public sealed class ADayOfTheCatalog
{
    private static readonly string[] Calls =
    [
        "register-native-noport", "register-native", "register-native-2", "register-sidecar", "register-client", "register-unknown-field", "register-empty-name", "register-bad-ttl", "register-bad-json",
        "register-both", "register-meta-toolong", "register-huge", "register-unix", "register-weights", "agent-service", "agent-service-hash-timeout", "agent-service-unknown", "agent-services", "agent-checks",
        "check-update-pass", "check-update-unknown", "check-update-bad-status", "check-pass-unknown", "deregister-unknown", "maintenance-unknown", "health-connect", "health-connect-timeout", "health-connect-cached",
        "health-connect-sidecar", "health-connect-unknown", "health-connect-filter", "health-connect-bad-filter", "health-connect-dc", "health-connect-stale", "health-ingress", "catalog-connect",
        "query-create", "query-execute", "query-execute-unknown", "query-execute-id", "deregister", "maintenance-on", "health-connect-maintenance", "maintenance-off",
    ];

    // Of the moment, or of the connection.
    private static readonly string[] UncomparedHeaders = ["Content-Length", "Transfer-Encoding", "X-Consul-Index", "X-Consul-ContentHash", "Date"];
    private static readonly string[] UncomparedMembers = ["CreateIndex", "ModifyIndex", "ContentHash"];
    private static readonly string LongValue = new('v', 600);

    private string _hash = "";
    private string _query = "";
    private ulong _index;

    [Fact]
    public async Task Every_answer_is_the_recorded_one()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { NodeName = "lab" });
        using var http = new HttpClient { BaseAddress = agent.Address };
        foreach (var name in Calls)
        {
            if (name == "health-connect-cached")
                await http.GetAsync(Recording.Load(name).Path);
            if (name == "health-connect-maintenance")
                await http.PutAsync("/v1/agent/check/fail/service:web-1?note=TTL%20expired", null);
            await ReplayAsync(http, Recording.Load(name));
        }
    }

    private async Task ReplayAsync(HttpClient http, Recording recording)
    {
        using var request = new HttpRequestMessage(new(recording.Method), recording.Path
            .Replace("f7dbca8834b8e403", _hash, StringComparison.Ordinal)
            .Replace("d79d4f58-6a61-7853-f686-f13e1d655786", _query, StringComparison.Ordinal)
            .Replace("index=34", $"index={_index}", StringComparison.Ordinal)
            .Replace("wait=2s", "wait=100ms", StringComparison.Ordinal));
        if (recording.Body is { } body)
            request.Content = new StringContent(body.Replace("<600 characters>", LongValue, StringComparison.Ordinal));
        using var response = await http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(one => one.Key, one => string.Join(",", one.Value), StringComparer.OrdinalIgnoreCase);
        var answer = new ContractAnswer(response.StatusCode, headers, await response.Content.ReadAsStringAsync(), default);

        Assert.Equal((recording.Name, recording.Status), (recording.Name, (int)answer.Status));
        Assert.Equal(Compared(recording.Name, recording.Headers), Compared(recording.Name, headers), StringComparer.OrdinalIgnoreCase);
        if (recording.Headers["Content-Type"] == "application/json" && recording.Answer is JsonObject or JsonArray)
            Assert.Equal(recording.Name + Neutral(recording.Answer)!.ToJsonString(), recording.Name + Neutral(answer.Json)!.ToJsonString());
        else
            Assert.Equal(recording.Name + recording.Text, recording.Name + answer.Text.Replace(LongValue, "<600 characters>", StringComparison.Ordinal));

        _hash = answer.Header("X-Consul-ContentHash") ?? _hash;
        _query = recording.Name == "query-create" ? (string)answer.Json!["ID"]! : _query;
        _index = recording.Name == "health-connect" ? answer.Index!.Value : _index;
    }

    private static IEnumerable<string> Compared(string name, IReadOnlyDictionary<string, string> headers) =>
        headers.Where(header => !UncomparedHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).Select(header => $"{name} {header.Key}: {header.Value}").Order(StringComparer.OrdinalIgnoreCase);

    private static JsonNode? Neutral(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                // Answers of queries come in any order.
                return new JsonArray([.. list.Select(Neutral).OrderBy(one => (string?)(one as JsonObject)?["Service"]?["ID"], StringComparer.Ordinal)]);
            case JsonObject members:
                // The recording leaves out the service x, for the size of its tags.
                var neutral = new JsonObject();
                foreach (var (key, value) in members.Where(member => !UncomparedMembers.Contains(member.Key) && member.Key != "x"))
                    neutral.Add(key, key == "ID" && Guid.TryParse((string?)value, out _) ? "<id>" : key == "Output" && (string?)members["Type"] == "tcp" ? "<when it was asked>" : Neutral(value));
                return neutral;
            default:
                return node?.DeepClone();
        }
    }
}
