using System.Text.Json;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class WhatIsSent
{
    private static readonly BlockingQuery First = new(0, null, TimeSpan.FromSeconds(1));
    private static readonly BlockingQuery Later = new(42, null, TimeSpan.FromSeconds(25));

    [Fact] // B-22, B-23, B-24
    public async Task Every_read_waits_in_milliseconds_and_sends_an_index_only_when_it_has_one()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client(o => (o.Namespace, o.Partition) = ("default", ""));
        await LinesAsync(client, First);
        await LinesAsync(client, Later);

        Assert.Equal(
            [
                "GET /v1/agent/connect/ca/roots?wait=1000ms",
                "GET /v1/agent/connect/ca/leaf/web?wait=1000ms",
                "GET /v1/connect/intentions/match?by=destination&name=web&wait=1000ms",
                "GET /v1/connect/intentions?wait=1000ms",
                "GET /v1/agent/service/web-1?wait=1000ms",
                "GET /v1/agent/connect/ca/roots?index=42&wait=25000ms",
                "GET /v1/agent/connect/ca/leaf/web?index=42&wait=25000ms",
                "GET /v1/connect/intentions/match?by=destination&name=web&index=42&wait=25000ms",
                "GET /v1/connect/intentions?index=42&wait=25000ms",
                "GET /v1/agent/service/web-1?index=42&wait=25000ms",
            ],
            agent.Requests.Select(request => request.Line));
    }

    [Fact] // B-19: the default is short enough for agents that cut requests at 30 s, jitter included.
    public void The_default_wait_survives_an_agent_that_cuts_at_30_s() =>
        Assert.True(new ConsulConnectOptions().WaitTime * (17 / 16.0) < TimeSpan.FromSeconds(30));

    [Theory] // B-18, B-26
    [InlineData(25)]
    [InlineData(60)]
    [InlineData(300)]
    public void A_wait_is_given_a_sixteenth_and_ten_seconds_more(int seconds)
    {
        var call = new AgentCall(HttpMethod.Get, "/", "a").Blocking(new(1, null, TimeSpan.FromSeconds(seconds)));
        Assert.Equal((seconds * 17 / 16.0) + 10, call.Patience.TotalSeconds);
    }

    [Fact]
    public async Task Enterprise_names_and_the_datacenter_are_sent_when_they_say_something()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client(o => (o.Namespace, o.Partition, o.Datacenter) = ("team a", "p1", "dc2"));
        await LinesAsync(client, First);
        await Ignored(client.AuthorizeAsync("web", "spiffe://x", "01", default));
        await client.RegisterServiceAsync(new("web-1", "web", null, 8443, [], new Dictionary<string, string>()), default);
        await Ignored(client.GetChecksAsync("web-1", default));
        await client.UpdateCheckAsync("c 1", CheckStatus.Passing, "", default);
        await client.DeregisterCheckAsync("c/1", default);
        await client.SetMaintenanceAsync("web-1", enable: true, "a reason", default);
        await client.DeregisterServiceAsync("web-1", default);
        await Ignored(client.GetTokenAsync(default));

        Assert.Equal(
            [
                "GET /v1/agent/connect/ca/roots?dc=dc2&wait=1000ms",
                "GET /v1/agent/connect/ca/leaf/web?dc=dc2&ns=team%20a&partition=p1&wait=1000ms",
                "GET /v1/connect/intentions/match?by=destination&name=web&dc=dc2&ns=team%20a&partition=p1&wait=1000ms",
                "GET /v1/connect/intentions?dc=dc2&ns=team%20a&partition=p1&wait=1000ms",
                "GET /v1/agent/service/web-1?ns=team%20a&partition=p1&wait=1000ms",
                "POST /v1/agent/connect/authorize?ns=team%20a&partition=p1",
                "PUT /v1/agent/service/register?ns=team%20a&partition=p1",
                "GET /v1/agent/checks?filter=ServiceID%20%3D%3D%20%22web-1%22&ns=team%20a&partition=p1",
                "PUT /v1/agent/check/update/c%201?ns=team%20a&partition=p1",
                "PUT /v1/agent/check/deregister/c%2F1?ns=team%20a&partition=p1",
                "PUT /v1/agent/service/maintenance/web-1?enable=true&reason=a%20reason&ns=team%20a&partition=p1",
                "PUT /v1/agent/service/deregister/web-1?ns=team%20a&partition=p1",
                "GET /v1/acl/token/self",
            ],
            agent.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task A_hash_blocks_where_there_is_one()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(200, """{"ID":"web-1","Service":"web","Address":"10.0.0.1","Port":8443}""", ("X-Consul-ContentHash", "abc"));
        await using var client = agent.Client();
        var answer = await client.GetServiceAsync("web-1", new(0, "abc", TimeSpan.FromSeconds(25)), default);

        Assert.Equal(("abc", null), (answer.ContentHash, answer.Index));
        Assert.Equal(("web-1", "web", "10.0.0.1", 8443), (answer.Value.Id, answer.Value.Name, answer.Value.Address, answer.Value.Port));
        Assert.Equal("GET /v1/agent/service/web-1?hash=abc&wait=25000ms", Assert.Single(agent.Requests).Line);
    }

    [Fact]
    public async Task Names_are_escaped_and_never_become_a_step_in_the_path()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client();
        await Ignored(client.GetLeafAsync("a b/../c?d#e", First, default));
        Assert.Equal("GET /v1/agent/connect/ca/leaf/a%20b%2F..%2Fc%3Fd%23e?wait=1000ms", Assert.Single(agent.Requests).Line);

        var refused = await Assert.ThrowsAsync<AgentException>(() => client.DeregisterServiceAsync("..", default));
        Assert.Equal(AgentFault.Permanent, refused.Fault);
        Assert.Single(agent.Requests);
    }

    [Fact]
    [Trait("Case", "IDN-054")]
    public async Task Bodies_hold_only_members_that_an_old_agent_knows()
    {
        await using var agent = await TinyAgent.StartAsync();
        await using var client = agent.Client(o => o.Namespace = "team");
        await Ignored(client.AuthorizeAsync("web", "spiffe://td/ns/default/dc/dc1/svc/client", "0f:1e", default));
        await client.RegisterServiceAsync(new("web-1", "web", null, 8443, ["v1"], new Dictionary<string, string> { ["k"] = "v" }), default);

        var bodies = agent.Requests.Select(request => JsonDocument.Parse(request.Body).RootElement.GetRawText()).ToList();
        Assert.Equal("""{"Target":"web","ClientCertURI":"spiffe://td/ns/default/dc/dc1/svc/client","ClientCertSerial":"0f:1e"}""", bodies[0]);
        Assert.Equal("""{"ID":"web-1","Name":"web","Port":8443,"Tags":["v1"],"Meta":{"k":"v"},"Connect":{"Native":true}}""", bodies[1]);
    }

    [Fact]
    public async Task The_token_stands_in_its_header_and_nowhere_else()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = context => TinyAgent.Text(500, "you sent " + context.Request.Headers["X-Consul-Token"])(context);
        var logs = new LogLines();
        await using var client = agent.Client(o => o.Token = "secret-token-1", logger: logs);
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(First, default));
        await Ignored(client.RegisterServiceAsync(new("web-1", "web", null, 1, [], new Dictionary<string, string>()), default));

        Assert.All(agent.Requests, request => Assert.Equal("secret-token-1", request.Token));
        Assert.All(agent.Requests, request => Assert.DoesNotContain("secret", request.Line + request.Body, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", failure.ToString() + string.Concat(logs.All) + client.Address, StringComparison.Ordinal);
        Assert.Contains("you sent (token)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_is_never_repeated_either()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = context => TinyAgent.Text(500, $"admin:secret-1 sent {context.Request.Headers.Authorization}")(context);
        await using var client = agent.Client(o => o.Origins.BasicAuth = "admin:secret-1");
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(First, default));

        Assert.Contains("500 (login) sent Basic (login)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await TinyAgent.StartAsync();
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(301, "", ("Location", elsewhere.Address + "/v1/agent/connect/ca/roots"));
        await using var client = agent.Client(o => o.Token = "secret-token-1");
        var failure = await Assert.ThrowsAsync<AgentException>(() => client.GetRootsAsync(First, default));

        Assert.Equal(AgentFault.Permanent, failure.Fault);
        Assert.Empty(elsewhere.Requests);
    }

    private static async Task LinesAsync(AgentClient client, BlockingQuery query)
    {
        await Ignored(client.GetRootsAsync(query, default));
        await Ignored(client.GetLeafAsync("web", query, default));
        await Ignored(client.MatchIntentionsAsync("web", query, default));
        await Ignored(client.WaitForIntentionsAsync(query, default));
        await Ignored(client.GetServiceAsync("web-1", query, default));
    }

    private static async Task Ignored(Task call)
    {
        try
        {
            await call;
        }
        catch (AgentException)
        {
            // Only what was sent matters.
        }
    }
}
