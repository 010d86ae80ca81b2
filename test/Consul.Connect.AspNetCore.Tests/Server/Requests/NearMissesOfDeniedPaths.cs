using System.Collections.Concurrent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace ConsulConnect.Tests.Server;

/// <summary>Whatever path the server makes of a target: the handler of an endpoint that rules deny does not run.</summary>
public sealed class NearMissesOfDeniedPaths(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 4_000;

    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<string> _ran = new();

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Run_no_handler(int seed, bool keepEscapedSlashes)
    {
        output.WriteLine($"Seed {seed}.");
        // Allowed by default and denied by rules: so all that is missed by a rule runs.
        var rules = """
            {"Action":"deny","HTTP":{"PathExact":"/admin"}},
            {"Action":"deny","HTTP":{"PathExact":"/v1/Items"}},
            {"Action":"deny","HTTP":{"PathPrefix":"/secret/"}},
            {"Action":"deny","HTTP":{"PathRegex":"/users/[a-z]+/keys"}},
            {"Action":"deny","HTTP":{"PathPrefix":"/write","Methods":["GET"]}}
            """;
        var reading = new RequestReading { EscapedSlashes = keepEscapedSlashes ? EscapedSlashes.Keep : EscapedSlashes.Reject };
        await using var app = await RuledRequests.StartAsync(_identity, rules, allowsByDefault: true, Map, reading);
        var paths = new PathGrammar(new Random(seed), "/admin", "/v1/items", "/secret/plans", "/secret/a/b", "/users/ann/keys", "/write/x", "/open", "/open/x");
        int answered = 0, served = 0;
        var http1 = await Http1Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);
        await using var http2 = await Http2Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);
        for (var i = 0; i < Requests; i++)
        {
            var (method, target) = (paths.NextMethod(), paths.Next());
            WireAnswer answer;
            if (i % 2 == 0)
            {
                answer = await http1.SendAsync($"{method} {target} HTTP/1.1\r\nhost: orders\r\n\r\n");
                if (answer.End != WireEnd.Complete || answer["connection"] == "close")
                {
                    await http1.DisposeAsync();
                    http1 = await Http1Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);
                }
            }
            else
            {
                answer = await http2.SendAsync((":method", method), (":scheme", "https"), (":authority", "orders"), (":path", target));
                Assert.False(answer.End is WireEnd.Closed or WireEnd.GoAway, $"The server gave up the connection: {method} {target}");
            }

            answered += answer.Status is null ? 0 : 1;
            served += answer.Status == 200 ? 1 : 0;
            Assert.True(_ran.IsEmpty, $"Seed {seed}, request {i}: {method} {target} ran {string.Join(", ", _ran)}.");
        }

        await http1.DisposeAsync();
        output.WriteLine($"{Requests} requests, {answered} answered, {served} served.");
        // The grammar must hit what is open too, or it says nothing.
        Assert.InRange(served, Requests / 50, Requests);
    }

    private void Map(WebApplication app)
    {
        foreach (var denied in new[] { "/admin", "/v1/items", "/secret/{**rest}", "/users/{name:alpha}/keys" })
            app.MapMethods(denied, ["GET", "POST", "HEAD", "PUT"], Denied);
        app.MapMethods("/write/{name}", ["GET", "HEAD"], Denied);
        app.MapGet("/open/{**rest}", () => "open");
        // What no denied route took is nobody's.
        app.MapFallback(() => "fallback");
    }

    private string Denied(HttpContext context)
    {
        _ran.Enqueue($"{context.Request.Method} {context.Request.Path} ({context.GetEndpoint()?.DisplayName})");
        return "denied";
    }
}
