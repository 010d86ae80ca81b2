using System.Net;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class ErrorsAreSorted
{
    private static readonly AgentCall Leaf = new(HttpMethod.Get, "/v1/agent/connect/ca/leaf/web", "http://127.0.0.1:8500") { Needs = "service:write on \"web\"" };

    [Theory]
    [InlineData(403, "Permission denied", nameof(AgentFault.Denied))]
    [InlineData(403, "ACL not found", nameof(AgentFault.Denied))]
    [InlineData(404, "", nameof(AgentFault.Missing))]
    [InlineData(404, "unknown service ID: x", nameof(AgentFault.Missing))]
    [InlineData(500, "Unknown service \"x\"", nameof(AgentFault.Missing))]
    [InlineData(500, "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name.", nameof(AgentFault.Missing))]
    [InlineData(500, "CheckID \"x\" does not have associated TTL", nameof(AgentFault.Missing))]
    [InlineData(500, "Connect must be enabled in order to use this endpoint", nameof(AgentFault.Permanent))]
    [InlineData(500, "CheckID \"nope\" does not have associated TTL", nameof(AgentFault.Missing))]
    [InlineData(404, "Unknown check ID \"nope\". Ensure that the check ID is passed, not the check name.", nameof(AgentFault.Missing))]
    [InlineData(404, "No service registered with ID \"nope\"", nameof(AgentFault.Missing))]
    [InlineData(500, "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true", nameof(AgentFault.Permanent))]
    [InlineData(500, "Service name under_score contains invalid characters. Valid characters include all alpha-numerics and dashes.", nameof(AgentFault.Permanent))]
    [InlineData(400, "Request decode failed: json: unknown field \"TCPUseTLS\"", nameof(AgentFault.Permanent))]
    [InlineData(401, "ACL support disabled", nameof(AgentFault.Permanent))]
    [InlineData(500, "No cluster leader", nameof(AgentFault.Transient))]
    [InlineData(502, "", nameof(AgentFault.Transient))]
    [InlineData(504, "", nameof(AgentFault.Transient))]
    [InlineData(408, "", nameof(AgentFault.Transient))]
    [InlineData(429, "", nameof(AgentFault.Transient))]
    [InlineData(503, "", nameof(AgentFault.Transient))]
    [InlineData(400, "Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature", nameof(AgentFault.Permanent))]
    [InlineData(405, "", nameof(AgentFault.Permanent))]
    [InlineData(302, "", nameof(AgentFault.Permanent))]
    [InlineData(204, "", nameof(AgentFault.Malformed))]
    public void By_status_and_words(int status, string text, string fault) =>
        Assert.Equal(fault, AgentErrors.Refused(Leaf, (HttpStatusCode)status, text, null).Fault.ToString());

    [Fact]
    public void A_denial_names_call_status_agent_and_the_missing_right() => Assert.Equal(
        "GET /v1/agent/connect/ca/leaf/web at http://127.0.0.1:8500: 403 Permission denied; the token needs service:write on \"web\"",
        AgentErrors.Refused(Leaf, HttpStatusCode.Forbidden, "Permission denied\n", null).Message);

    [Fact]
    public void An_unknown_token_is_told_apart()
    {
        Assert.True(AgentErrors.Refused(Leaf, HttpStatusCode.Forbidden, "rpc error: ACL not found", null).IsUnknownToken);
        Assert.False(AgentErrors.Refused(Leaf, HttpStatusCode.Forbidden, "Permission denied", null).IsUnknownToken);
    }

    [Fact]
    public void Too_many_connections_name_the_limit() => Assert.Contains(
        "limits.http_max_conns_per_client",
        AgentErrors.Refused(Leaf, HttpStatusCode.TooManyRequests, "Your IP is issuing too many concurrent connections, please rate limit your calls", null).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_agents_words_are_bounded_and_stay_on_one_line()
    {
        var message = AgentErrors.Refused(Leaf, HttpStatusCode.BadGateway, "a\r\nb\u001b[31m" + new string('x', 10_000), null).Message;
        Assert.Contains("502 a b [31mxxx", message, StringComparison.Ordinal);
        Assert.True(message.Length < 500);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(404, "Unknown service ID \"x\"")]
    [InlineData(500, "Unknown service \"x\"")]
    public async Task Deregistering_what_is_gone_succeeds_on_every_version(int status, string text)
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Answers = TinyAgent.Text(status, text);
        await using var client = agent.Client();
        await client.DeregisterServiceAsync("x", default);
        Assert.Equal("PUT /v1/agent/service/deregister/x", Assert.Single(agent.Requests).Line);
    }
}
