using System.Text.RegularExpressions;

namespace ConsulConnect.DevAgent.Tests.Recordings;

/// <summary>What a current Consul answered each kind of token in its catalog.</summary>
public sealed partial class TokensInTheCatalogOfACurrentConsul
{
    private static readonly string[] Calls = ["health-connect-web", "health-connect-other", "register-web", "register-other", "check-update", "agent-service", "deregister"];

    [Theory]
    [InlineData("none", null)]
    [InlineData("bogus", null)]
    [InlineData("svcweb-write", """service "web" { policy = "write" }""")]
    [InlineData("svcweb-read", """service "web" { policy = "read" }""")]
    [InlineData("svcweb-write+svc-node-read", """service "web" { policy = "write" } service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }""")]
    [InlineData("agent-read", """agent_prefix "" { policy = "read" }""")]
    [InlineData("service-identity-web", "identity")]
    public async Task It_is_answered_the_same_here(string token, string? rules)
    {
        var management = Guid.NewGuid().ToString();
        await using var agent = await ConsulDevAgent.StartAsync(new() { NodeName = "lab", AclDefaultPolicy = "deny", ManagementToken = management });
        using var http = new HttpClient { BaseAddress = agent.Address };
        (await SendAsync(http, "PUT", "/v1/agent/service/register", """{"ID":"web-1","Name":"web","Port":5001,"Address":"127.0.0.1","Connect":{"Native":true},"Check":{"CheckID":"service:web-1","TTL":"5m"}}""", management)).EnsureSuccessStatusCode();
        var secret = token == "none" ? "" : Guid.NewGuid().ToString();
        if (rules == "identity")
            agent.AddServiceToken(secret, "web");
        else if (rules is not null)
            agent.AddToken(secret, rules);

        foreach (var recording in Calls.Select(call => Recording.Load($"acl-{call}--{token}")))
        {
            using var answer = await SendAsync(http, recording.Method, recording.Path, recording.Body, secret);
            Assert.Equal((recording.Name, recording.Status), (recording.Name, (int)answer.StatusCode));
            Assert.Equal(recording.Headers.ContainsKey("X-Consul-Results-Filtered-By-Acls"), answer.Headers.Contains("X-Consul-Results-Filtered-By-ACLs"));
            var text = await answer.Content.ReadAsStringAsync();
            if (recording.Status != 200)
                Assert.Equal(Neutral(recording.Text), Neutral(text));
            else if (recording.Answer is System.Text.Json.Nodes.JsonArray list)
                Assert.Equal(list.Count == 0, text == "[]");
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, string? body, string token)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Content = body is null ? null : new StringContent(body);
        if (token != "")
            request.Headers.Add("X-Consul-Token", token);
        return await http.SendAsync(request);
    }

    private static string Neutral(string text) => AccessorId().Replace(text, "<id>");

    [GeneratedRegex("(?<=AccessorID ')[0-9a-f-]{36}")]
    private static partial Regex AccessorId();
}
