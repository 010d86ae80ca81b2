using System.Collections.Concurrent;
using System.Diagnostics;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Server;

/// <summary>Targets that servers read in more ways than one, through the one that serves.</summary>
public sealed class TargetsOnTheWire : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<string> _ran = new();

    public void Dispose() => _identity.Dispose();

    [Theory]
    [Trait("Case", "L7P-014")]
    [Trait("Case", "L7P-015")]
    [Trait("Case", "L7P-016")]
    [Trait("Case", "L7P-017")]
    [Trait("Case", "L7P-018")]
    [Trait("Case", "L7P-019")]
    [Trait("Case", "L7P-022")]
    [Trait("Case", "L7P-023")]
    [Trait("Case", "L7P-028")]
    [Trait("Case", "L7P-031")]
    [Trait("Case", "L7P-043")]
    [InlineData("L7P-014", "http://host/a%2fb")]
    [InlineData("L7P-014", "https://host/a%2fb")]
    [InlineData("L7P-015", @"https://host/public\..\admin")]
    [InlineData("L7P-016", "https://host/admin%00")]
    [InlineData("L7P-017", "https://u:p@host/admin")]
    [InlineData("L7P-018", "https://host/admin")]
    [InlineData("L7P-018", "http://host/admin")]
    [InlineData("L7P-019", "https://other/admin")]
    [InlineData("L7P-022", @"/admin\secret")]
    [InlineData("L7P-023", "/admin%5csecret")]
    [InlineData("L7P-028", "/admin#frag")]
    [InlineData("L7P-031", "/admin%00")]
    [InlineData("L7P-043", "/adm\u00e4in")]
    public async Task What_can_be_read_in_more_than_one_way_is_400(string id, string target)
    {
        await using var app = await StartAsync($"{RuledRequests.Path("deny", "PathExact", "/admin")},{RuledRequests.Path("deny", "PathExact", "/a/b")}", allowsByDefault: true);

        var answer = await SendAsync(app, $"GET {target} HTTP/1.1\r\nhost: host\r\n\r\n");

        Assert.True(answer.Status == 400, $"{id}: {answer}");
        Assert.Empty(_ran);
    }

    [Fact]
    [Trait("Case", "L7P-018")]
    public async Task A_scheme_that_is_not_the_connections_is_400_without_any_rule()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => StatedDecisions.Allow, Map);

        Assert.Equal(400, (await SendAsync(app, "GET http://host/x HTTP/1.1\r\nhost: host\r\n\r\n")).Status);
        Assert.Equal(200, (await SendAsync(app, "GET https://host/x HTTP/1.1\r\nhost: host\r\n\r\n")).Status);
    }

    [Fact]
    [Trait("Case", "L7P-035")]
    public async Task An_escaped_escape_is_not_the_escape_though_the_app_sees_one_path()
    {
        await using var app = await StartAsync(RuledRequests.Path("allow", "PathExact", "/admin%252fsecret"), reading: new() { EscapedSlashes = EscapedSlashes.Keep });

        Assert.Equal((200, "/admin%2fsecret"), await GetAsync(app, "/admin%252fsecret"));
        Assert.Equal((403, ""), await GetAsync(app, "/admin%2fsecret"));
    }

    [Theory]
    [Trait("Case", "L7P-044")]
    [InlineData("/admin?x=1", 403)]
    [InlineData("/admin?", 403)]
    [InlineData("/admin?x#y", 400)]
    [InlineData("/x?/admin", 200)]
    public async Task A_query_is_no_part_of_the_path(string target, int status)
    {
        await using var app = await StartAsync(RuledRequests.Path("deny", "PathExact", "/admin"), allowsByDefault: true);

        Assert.Equal(status, (await GetAsync(app, target)).Status);
    }

    [Fact]
    [Trait("Case", "L7P-047")]
    public async Task No_path_has_no_prefix()
    {
        await using var app = await StartAsync(RuledRequests.Path("allow", "PathPrefix", "/"));

        Assert.NotEqual(200, (await SendAsync(app, "OPTIONS * HTTP/1.1\r\nhost: host\r\n\r\n")).Status);
        Assert.Empty(_ran);
    }

    [Theory]
    [Trait("Case", "L7P-048")]
    [InlineData("CONNECT orders:80 HTTP/1.1\r\nhost: orders:80\r\n\r\n")]
    [InlineData("CONNECT orders:80 HTTP/1.1\r\nhost: other\r\n\r\n")]
    public async Task A_plain_CONNECT_is_400(string request)
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => StatedDecisions.Allow, Map);

        Assert.Equal(400, (await SendAsync(app, request)).Status);
        Assert.Equal(400, (await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, (":method", "CONNECT"), (":authority", "orders:80"))).Status);
        Assert.Empty(_ran);
    }

    [Theory]
    [Trait("Case", "L7P-049")]
    [Trait("Case", "L7P-050")]
    [InlineData("allow", 200)]
    [InlineData("deny", 403)]
    public async Task An_extended_CONNECT_is_a_GET_of_its_path(string action, int status)
    {
        await using var app = await StartAsync($$$"""{"Action":"{{{action}}}","HTTP":{"PathExact":"/chat","Methods":["GET"]}}""", allowsByDefault: action == "deny");
        await using var connection = await Http2Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);

        var call = await connection.BeginAsync([(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "web"), (":path", "/chat"), ("sec-websocket-version", "13")], isWhole: false);

        Assert.Equal(status, (await call.Begun).Status);
        Assert.Equal(status == 200 ? 1 : 0, _ran.Count);
    }

    [Theory]
    [Trait("Case", "L7P-052")]
    [Trait("Case", "L7P-053")]
    [InlineData("admin")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("https://web/admin")]
    [InlineData("/adm in")]
    [InlineData("/adm\tin")]
    [InlineData("/admin\u007f")]
    [InlineData("/admin#x")]
    public async Task A_path_of_HTTP_2_that_is_none_reaches_no_handler(string path)
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => StatedDecisions.Allow, Map);

        var answer = await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("GET", path));

        Assert.True(answer.Status == 400 || answer.End is WireEnd.Reset or WireEnd.GoAway, answer.ToString());
        Assert.Empty(_ran);
    }

    [Fact]
    [Trait("Case", "L7P-056")]
    [Trait("Case", "L7P-057")]
    public async Task No_host_is_400_while_a_rule_is_about_hosts()
    {
        await using var app = await StartAsync(RuledRequests.Header("deny", "host", "Exact", "bad.example"), allowsByDefault: true);

        Assert.Equal(400, (await SendAsync(app, "GET /x HTTP/1.0\r\n\r\n")).Status);
        Assert.Equal(400, (await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, (":method", "GET"), (":scheme", "https"), (":path", "/x"))).Status);
        Assert.Equal(200, (await SendAsync(app, "GET /x HTTP/1.0\r\nhost: orders\r\n\r\n")).Status);
    }

    [Theory]
    [Trait("Case", "L7P-064")]
    [Trait("Case", "L7P-065")]
    [InlineData("../", 4000, 414)]
    [InlineData("../", 2600, 403)]
    [InlineData("%2e", 8000, 414)]
    [InlineData("%2e", 2600, 403)]
    [InlineData("%2e%2e/", 1100, 403)]
    public async Task A_long_target_is_read_in_no_time(string part, int count, int status)
    {
        await using var app = await StartAsync(RuledRequests.Path("allow", "PathExact", "/admin"));
        var request = $"GET /{string.Concat(Enumerable.Repeat(part, count))} HTTP/1.1\r\nhost: orders\r\n\r\n";
        await GetAsync(app, "/x");
        var began = Stopwatch.GetTimestamp();

        Assert.Equal(status, (await SendAsync(app, request)).Status);
        // A machine that does other things too; quadratic time would take seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static void Accept(WebApplication app, ConcurrentQueue<string> ran)
    {
        app.UseWebSockets();
        app.Run(async context =>
        {
            ran.Enqueue(context.Request.Path.Value ?? "");
            if (context.WebSockets.IsWebSocketRequest)
                using (await context.WebSockets.AcceptWebSocketAsync())
                    return;
            await context.Response.WriteAsync(context.Request.Path.Value ?? "");
        });
    }

    private void Map(WebApplication app) => Accept(app, _ran);

    private Task<MeshApp> StartAsync(string permissions, bool allowsByDefault = false, RequestReading? reading = null) => RuledRequests.StartAsync(_identity, permissions, allowsByDefault, Map, reading);

    private async Task<(int? Status, string Text)> GetAsync(MeshApp app, string target) =>
        await SendAsync(app, $"GET {target} HTTP/1.1\r\nhost: orders\r\n\r\n") is { } answer ? (answer.Status, answer.Text) : default;

    private Task<WireAnswer> SendAsync(MeshApp app, string request) => Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, request);
}
