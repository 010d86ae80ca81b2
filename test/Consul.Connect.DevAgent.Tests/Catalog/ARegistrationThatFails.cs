using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.Tests.Catalog;

public sealed class ARegistrationThatFails
{
    [Theory]
    [InlineData("""{"Name":"web","Port":2,"Tags":["b"],"Checks":[{"TTL":"5m"},{"Args":["/bin/true"],"Interval":"1s"}]}""")]
    [InlineData("""{"Name":"web","Port":2,"Checks":[{"CheckID":"new","TTL":"5m"},{"TTL":"0s"}]}""")]
    [InlineData("""{"Name":"web","Port":2,"Connect":{"SidecarService":{"Kind":"connect-proxy","Proxy":{"Upstreams":[{}]}}}}""")]
    [InlineData("""{"Name":"web","Port":2,"Connect":{"SidecarService":{"Checks":[{"TTL":"1s","Interval":"1s"}]}}}""")]
    public async Task It_changes_nothing(string body)
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var http = new HttpClient { BaseAddress = agent.Address };
        (await http.PutAsync("/v1/agent/service/register", new StringContent("""{"Name":"web","Port":1,"Tags":["a"],"Connect":{"Native":true},"Check":{"CheckID":"old","TTL":"5m"}}"""))).EnsureSuccessStatusCode();
        var before = await ReadAsync(http);
        using var answer = await http.PutAsync("/v1/agent/service/register?replace-existing-checks=true", new StringContent(body));
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Equal(before, await ReadAsync(http));
    }

    private static async Task<string> ReadAsync(HttpClient http)
    {
        var all = new JsonArray();
        foreach (var path in new[] { "/v1/agent/services", "/v1/agent/checks", "/v1/health/service/web", "/v1/catalog/services" })
        {
            using var answer = await http.GetAsync(path);
            all.Add(JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
            if (answer.Headers.TryGetValues("X-Consul-Index", out var index))
                all.Add(index.Single());
        }

        return all.ToJsonString();
    }
}
