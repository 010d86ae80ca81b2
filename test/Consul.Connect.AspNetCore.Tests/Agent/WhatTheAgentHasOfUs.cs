using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class WhatTheAgentHasOfUs
{
    private static readonly BlockingQuery Query = new(0, null, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Is_read_with_all_that_was_sent()
    {
        var answer = await AskAsync(
            """{"ID":"web-1","Service":"web","Tags":["a",null],"Meta":{"k":"v","n":null},"Port":8443,"Address":"10.0.0.7","TaggedAddresses":{"lan_ipv4":{"Address":"10.0.0.7","Port":8443},"x":null},"Weights":{"Passing":10,"Warning":1},"EnableTagOverride":true,"ContentHash":"a","Connect":{"Native":true},"Newer":{}}""",
            client => client.GetServiceAsync("web-1", Query, default));
        var service = answer.Value;

        Assert.Equal(("web-1", "web", "10.0.0.7", 8443, true, true), (service.Id, service.Name, service.Address, service.Port, service.EnableTagOverride, service.IsNative));
        Assert.Equal(["a", ""], service.Tags);
        Assert.Equal([new("k", "v"), new("n", "")], service.Meta);
        Assert.Equal(new ServiceAddress("10.0.0.7", 8443), Assert.Single(service.TaggedAddresses).Value);
        Assert.Equal(new ServiceWeights(10, 1), service.Weights);
    }

    [Theory]
    [InlineData("""{"ID":"web-1","Service":"web","Tags":null,"Meta":null,"TaggedAddresses":null,"Connect":null}""")]
    [InlineData("""{"ID":"web-1","Service":"web"}""")]
    [InlineData("""{"ID":"web-1","Service":"web","Connect":{}}""")]
    public async Task Is_empty_where_nothing_was_sent(string body)
    {
        var service = (await AskAsync(body, client => client.GetServiceAsync("web-1", Query, default))).Value;

        Assert.Equal((0, 0, 0, false, false), (service.Tags.Count, service.Meta.Count, service.TaggedAddresses.Count, service.EnableTagOverride, service.IsNative));
    }

    [Fact]
    public async Task Is_a_list_of_the_checks_of_this_instance_alone()
    {
        var answer = await AskAsync(
            """{"c1":{"Node":"vm","CheckID":"c1","Name":"n","Status":"passing","Notes":"o","Output":"","ServiceID":"web-1","Type":"ttl","Definition":{}},"c2":{"CheckID":"c2","ServiceID":"web-2"},"_service_maintenance:web-1":{"CheckID":"_service_maintenance:web-1","Status":"critical","ServiceID":"web-1"},"null":null}""",
            client => client.GetChecksAsync("web-1", default));

        Assert.Equal([new("c1", "passing", "o"), new("_service_maintenance:web-1", "critical", "")], answer.Value.Checks);
    }

    [Theory]
    [InlineData("web-1", "ServiceID == \"web-1\"")]
    [InlineData("a\\b`c", "ServiceID == \"a\\\\b`c\"")]
    [InlineData("a\"b", "ServiceID == `a\"b`")]
    [InlineData("a\"b`c", null)]
    public async Task Is_asked_for_in_a_way_the_agents_filters_can_read(string id, string? filter)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(200, "{}");
        await using var client = agent.Client();
        Assert.Empty((await client.GetChecksAsync(id, default)).Value.Checks);

        Assert.Equal(filter is null ? "GET /v1/agent/checks" : $"GET /v1/agent/checks?filter={Uri.EscapeDataString(filter)}", Assert.Single(agent.Requests).Line);
    }

    [Theory]
    [InlineData("passing")]
    [InlineData("warning")]
    [InlineData("critical")]
    public async Task Is_told_how_the_app_is_in_the_agents_words(string status)
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        await client.UpdateCheckAsync("c1", Enum.Parse<CheckStatus>(status, ignoreCase: true), "all \"well\"", default);

        Assert.Equal($$"""{"Status":"{{status}}","Output":"all \u0022well\u0022"}""", Assert.Single(agent.Requests).Body);
    }

    [Theory]
    [InlineData("""{"SecretID":"s","CreateTime":"2026-11-22T03:51:09.877854816Z","ExpirationTime":"2026-11-22T04:51:09.8778+01:00"}""", "2026-11-22T03:51:09Z", "2026-11-22T03:51:09Z")]
    [InlineData("""{"SecretID":"s","CreateTime":"2026-11-22T03:51:09Z"}""", "2026-11-22T03:51:09Z", null)]
    [InlineData("{}", null, null)]
    public async Task Is_a_token_whose_life_may_be_known(string body, string? created, string? expires)
    {
        var life = (await AskAsync(body, client => client.GetTokenAsync(default))).Value;

        Assert.Equal((created, expires), (Seconds(life.Created), Seconds(life.Expires)));
        Assert.DoesNotContain("SecretID", life.ToString(), StringComparison.Ordinal);

        static string? Seconds(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<AgentAnswer<T>> AskAsync<T>(string body, Func<AgentClient, Task<AgentAnswer<T>>> ask)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(200, body);
        await using var client = agent.Client();
        return await ask(client);
    }
}
