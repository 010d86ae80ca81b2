using System.Text;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Server;

public sealed class ARequestIsRefused : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData("Intention", 403)]
    [InlineData("DefaultPolicy", 403)]
    [InlineData("Permissions", 403)]
    [InlineData("NotUnderstood", 403)]
    [InlineData("Jwt", 403)]
    [InlineData("Revoked", 403)]
    [InlineData("MalformedRequest", 400)]
    [InlineData("AmbiguousTarget", 400)]
    [InlineData("PathDisagreement", 400)]
    [InlineData("Unknown", 503)]
    [InlineData("Stale", 503)]
    [InlineData("PolicyError", 503)]
    public async Task The_caller_learns_a_status_and_nothing_else(string reason, int status)
    {
        await using var app = await StartAsync(new(false, Enum.Parse<DecisionReason>(reason), "Secret words."));

        foreach (var answer in new[] { await Http1Async(app), await Http2Async(app) })
        {
            Assert.Equal(status, answer.Status);
            Assert.Equal(WireEnd.Complete, answer.End);
            Assert.Empty(answer.Text);
            Assert.DoesNotContain(answer.Headers, header => header.Key is not ("date" or "server" or "content-length"));
        }
    }

    [Fact]
    public async Task An_exception_while_deciding_is_503_and_no_page()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => throw new InvalidOperationException("Secret words."), app => app.UseDeveloperExceptionPage());

        var answer = await Http1Async(app);

        Assert.Equal((503, ""), (answer.Status, answer.Text));
        Assert.Contains("InvalidOperationException", (await app.Logs.WaitForAsync("RequestDenied")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/grpc", "PolicyError", "14")]
    [InlineData("application/grpc+proto", "AmbiguousTarget", "13")]
    [InlineData("application/grpc; charset=utf-8", "Intention", "7")]
    [InlineData("Application/GRPC+json", "Intention", "7")]
    public async Task A_gRPC_caller_gets_a_status_in_trailers_alone(string contentType, string reason, string status)
    {
        await using var app = await StartAsync(new(false, Enum.Parse<DecisionReason>(reason), ""));

        foreach (var answer in new[] { await Http1Async(app, "POST", ("content-type", contentType), ("content-length", "0")), await Http2Async(app, "POST", ("content-type", contentType)) })
        {
            Assert.Equal(200, answer.Status);
            Assert.Equal((status, "application/grpc", ""), (answer["grpc-status"], answer["content-type"], answer.Text));
        }
    }

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpcx")]
    [InlineData("text/plain")]
    public async Task Another_caller_gets_the_plain_status(string contentType)
    {
        await using var app = await StartAsync(StatedDecisions.Deny);

        var answer = await Http2Async(app, "POST", ("content-type", contentType));

        Assert.Equal((403, null), (answer.Status, answer["grpc-status"]));
    }

    [Fact]
    public async Task Problem_details_are_written_where_the_app_writes_them()
    {
        await using var app = await StartAsync(StatedDecisions.Deny, builder => builder.Services.AddProblemDetails());

        var answer = await Http1Async(app, "GET", ("accept", "application/json"));
        var head = await Http1Async(app, "HEAD");

        Assert.Equal((403, "application/problem+json"), (answer.Status, answer["content-type"]));
        Assert.Contains("\"title\":\"Forbidden\",\"status\":403", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("orders", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("detail", answer.Text, StringComparison.Ordinal);
        Assert.Equal((403, ""), (head.Status, head.Text));
    }

    [Fact]
    public async Task Its_body_is_not_waited_for()
    {
        await using var app = await StartAsync(StatedDecisions.Deny);
        await using var connection = await Http1Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);
        await using var second = await Http2Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);

        var answer = await connection.SendAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nhost: orders\r\ncontent-length: 1000000\r\n\r\n"));
        var call = await second.BeginAsync(Http2Connection.Request("POST", "/"), isWhole: false);

        Assert.Equal(403, answer.Status);
        Assert.Equal(403, (await call.Begun).Status);
    }

    [Fact]
    public async Task The_log_names_the_rule_and_no_header_once_a_minute()
    {
        await using var app = await StartAsync(StatedDecisions.Deny);

        await Http1Async(app, "GET", ("x-secret", "hidden"));
        await Http2Async(app, "GET", ("x-secret", "hidden"));

        var lines = app.Logs.Entries.Where(entry => entry.Event.Id is 422 or 423).ToArray();
        Assert.Equal([LogLevel.Information, LogLevel.Debug], lines.Select(line => line.Level));
        Assert.Equal($"GET / of spiffe://{TestCa.DefaultTrustDomain}/ns/default/dc/dc1/svc/web was refused by \"orders\" (intention_denied; web -> orders, permission 1): Denied.", lines[0].Message);
        Assert.DoesNotContain(app.Logs.Entries, entry => entry.Category == "ConsulConnect" && entry.Message.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_shows_neither_query_nor_control_characters()
    {
        await using var app = await StartAsync(new(false, DecisionReason.MalformedRequest, ""));

        await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", "/a\tb?token=hidden"));

        Assert.StartsWith("GET /ab of ", (await app.Logs.WaitForAsync("RequestDenied")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_decision_is_counted_by_layer_reason_and_caller()
    {
        using var metrics = new MetricsRecorder("orders");
        await using var app = await StatedDecisions.StartAsync(_identity, view => view.Target switch
        {
            "/l4" => new(true, DecisionReason.Intention, ""),
            "/l7" => StatedDecisions.Allow,
            "/bad" => new(false, DecisionReason.AmbiguousTarget, ""),
            _ => StatedDecisions.Deny,
        });

        foreach (var path in new[] { "/l4", "/l7", "/bad", "/denied" })
            await Http1Connection.SendOnceAsync(_identity.Caller("counted"), app.Mesh.Port, Http1Connection.Request("GET", path, ("host", "orders")));

        Assert.Equal(
            ["l4 allow intention", "l7 allow intention", "l7 deny ambiguous_target", "l7 deny intention_denied"],
            metrics.Of("consul.connect.authorization.decisions", ("consul.connect.source", "counted")).Where(one => !Equals(one["consul.connect.reason"], "default_policy"))
                .Select(one => $"{one["consul.connect.layer"]} {one["consul.connect.decision"]} {one["consul.connect.reason"]}"));
    }

    private Task<MeshApp> StartAsync(IntentionDecision decision, Action<WebApplicationBuilder>? configure = null) => StatedDecisions.StartAsync(_identity, _ => decision, configure: configure);

    private Task<WireAnswer> Http1Async(MeshApp app, string method = "GET", params IEnumerable<(string, string)> headers) =>
        Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http1Connection.Request(method, "/", [("host", "orders"), .. headers]));

    private Task<WireAnswer> Http2Async(MeshApp app, string method = "GET", params IEnumerable<(string, string)> headers) =>
        Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request(method, "/", headers));
}
