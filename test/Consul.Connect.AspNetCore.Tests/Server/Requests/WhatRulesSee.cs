using System.Collections.Concurrent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Server;

public sealed class WhatRulesSee : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<Seen> _seen = new();

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Method_target_and_host_as_they_came()
    {
        await using var app = await StartAsync();

        await SendAsync(app, "DeLeTe /A/../b%2f?x=%41 HTTP/1.1\r\nHost: Orders.Example\r\n\r\n");

        Assert.Equal(new("DeLeTe", "/A/../b%2f?x=%41", "Orders.Example", "https", ""), Last() with { Path = "" });
        Assert.Equal("/b%2f", Last().Path);
    }

    [Fact]
    [Trait("Case", "L7P-057")]
    public async Task No_authority_where_there_is_none()
    {
        await using var app = await StartAsync();

        await SendAsync(app, "GET /x HTTP/1.0\r\n\r\n");

        Assert.Equal("", Last().Authority);
    }

    [Fact]
    [Trait("Case", "L7P-055")]
    public async Task The_authority_of_HTTP_2_and_not_a_Host_that_differs()
    {
        await using var app = await StartAsync(app => app.Run(context => context.Response.WriteAsync(context.Request.Host.Value ?? "")));

        var answer = await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", "/x", ("host", "evil")));

        Assert.Equal(("web", "web", "web"), (Last().Authority, Last().Lines("host"), answer.Text));
    }

    [Fact]
    [Trait("Case", "L7P-056")]
    public async Task Only_Host_where_HTTP_2_sends_no_authority()
    {
        await using var app = await StartAsync();

        await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, (":method", "GET"), (":scheme", "https"), (":path", "/x"), ("host", "orders"));
        Assert.Equal("orders", Last().Authority);
        await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, (":method", "GET"), (":scheme", "https"), (":path", "/x"));
        Assert.Equal("", Last().Authority);
    }

    [Fact]
    [Trait("Case", "L7H-022")]
    public async Task Values_without_the_blanks_around_them_in_every_version()
    {
        await using var app = await StartAsync();

        await SendAsync(app, "GET /x HTTP/1.1\r\nhost: orders\r\nx-one:  \t 1 a \t \r\n\r\n");
        Assert.Equal("1 a", Last().Lines("X-ONE"));
        await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", "/x", ("x-one", "  \t 1 a "), ("x-one", "b"), ("x-one", " c")));
        Assert.Equal("1 a|b|c", Last().Lines("x-one"));
    }

    [Fact]
    public async Task Lines_of_one_field_in_their_order()
    {
        await using var app = await StartAsync();

        await SendAsync(app, "GET /x HTTP/1.1\r\nhost: orders\r\nx-role: b\r\nX-Other: 1\r\nX-Role: a, c\r\ncookie: q=1\r\ncookie: r=2\r\n\r\n");

        Assert.Equal(("b|a, c", "", "q=1|r=2"), (Last().Lines("x-role"), Last().Lines("missing"), Last().Lines("cookie")));
    }

    [Fact]
    public async Task Cookies_of_HTTP_2_as_one_line()
    {
        await using var app = await StartAsync();

        await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", "/x", ("cookie", "q=1"), ("cookie", "r=2")));

        Assert.Equal("q=1; r=2", Last().Lines("cookie"));
    }

    [Theory]
    [Trait("Case", "L7P-049")]
    [InlineData("/chat")]
    [InlineData("/chat?room=1")]
    public async Task A_request_to_upgrade_as_a_GET_in_every_version(string target)
    {
        await using var app = await StartAsync(app => app.UseWebSockets().Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
        }));

        var upgraded = await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, $"GET {target} HTTP/1.1\r\nhost: orders\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.Equal((101, "GET", target), (upgraded.Status, Last().Method, Last().Target));
        await using var connection = await Http2Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);
        var call = await connection.BeginAsync([(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "web"), (":path", target), ("sec-websocket-version", "13")], isWhole: false);

        Assert.Equal((200, "GET", target), ((await call.Begun).Status, Last().Method, Last().Target));
    }

    [Theory]
    [InlineData("DROP_HEADER", "", "", false)]
    [InlineData("ALLOW", "1", "1", true)]
    public async Task Fields_with_underscores_as_the_normalization_says(string action, string rules, string reached, bool have)
    {
        await using var app = await StartAsync(
            app => app.Run(context => context.Response.WriteAsync(context.Request.Headers["x_check"].ToString() + context.Request.Headers["x-check"])),
            new KeyValuePair<string, string?>("Consul:Connect:RequestNormalization:HeadersWithUnderscoresAction", action));

        var answer = await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, "GET /x HTTP/1.1\r\nhost: orders\r\nX_Check: 1\r\nX-Check: 2\r\n\r\n");

        Assert.Equal((rules, "2", have), (Last().Lines("x_check"), Last().Lines("x-check"), Last().HaveUnderscores));
        Assert.Equal(reached + "2", answer.Text);
    }

    [Fact]
    public async Task No_fields_with_underscores_where_those_are_refused_whoever_decides()
    {
        await using var app = await StartAsync(
            app => app.Run(context => context.Response.WriteAsync("reached")),
            new KeyValuePair<string, string?>("Consul:Connect:RequestNormalization:HeadersWithUnderscoresAction", "REJECT_REQUEST"));

        Assert.Equal(400, (await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, "GET /x HTTP/1.1\r\nhost: orders\r\nX_Check: 1\r\n\r\n")).Status);
        Assert.Equal(200, (await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, "GET /x HTTP/1.1\r\nhost: orders\r\nX-Check: 1\r\n\r\n")).Status);
    }

    [Fact]
    [Trait("Case", "L7H-040")]
    public async Task No_trailers()
    {
        await using var app = await StartAsync(app => app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync(context.Request.Headers["x-role"].ToString());
        }));

        var answer = await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, "POST /x HTTP/1.1\r\nhost: orders\r\ntransfer-encoding: chunked\r\ntrailer: x-role\r\n\r\n1\r\na\r\n0\r\nx-role: admin\r\n\r\n");

        Assert.Equal(("", "", 200), (Last().Lines("x-role"), answer.Text, answer.Status));
    }

    [Fact]
    public async Task The_same_after_the_app_has_changed_the_request()
    {
        IRequestHeaders? kept = null;
        string? afterwards = null;
        await using var app = await StatedDecisions.StartAsync(_identity, view =>
        {
            kept = view.Headers;
            return StatedDecisions.Allow;
        }, app => app.Run(context =>
        {
            context.Request.Headers["x-role"] = "admin";
            context.Request.Path = "/other";
            afterwards = kept!["x-role"].ToString();
            return Task.CompletedTask;
        }));

        await SendAsync(app, "GET /x HTTP/1.1\r\nhost: orders\r\nx-role: user\r\n\r\n");

        Assert.Equal("user", afterwards);
    }

    private Seen Last() => _seen.Last();

    private Task<MeshApp> StartAsync(Action<WebApplication>? map = null, params IEnumerable<KeyValuePair<string, string?>> settings) =>
        StatedDecisions.StartAsync(_identity, view =>
        {
            var headers = new[] { "x-one", "x-role", "x-other", "missing", "cookie", "host", "x_check", "x-check" }.ToDictionary(name => name, name => string.Join('|', view.Headers[name].ToArray()));
            _seen.Enqueue(new(view.Method, view.Target, view.Authority, view.Scheme, view.ServerPath) { Headers = headers, HaveUnderscores = view.Headers.HaveUnderscores });
            return StatedDecisions.Allow;
        }, map, settings: settings);

    private async Task SendAsync(MeshApp app, string request) => Assert.NotNull((await Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, request)).Status);

    private sealed record Seen(string Method, string Target, string Authority, string Scheme, string? Path)
    {
        public Dictionary<string, string>? Headers { get; init; }

        public bool HaveUnderscores { get; init; }

        public string Lines(string name) => Headers![name.ToLowerInvariant()];

        // What came on the line alone.
        public bool Equals(Seen? other) => other is not null && (Method, Target, Authority, Scheme, Path) == (other.Method, other.Target, other.Authority, other.Scheme, other.Path);

        public override int GetHashCode() => HashCode.Combine(Method, Target);
    }
}
