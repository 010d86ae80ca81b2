using System.Collections.Concurrent;
using System.Text;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Server;

/// <summary>Methods, fields and bodies that servers disagree about, through the one that serves.</summary>
public sealed class OddRequests : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<string> _ran = new();

    public void Dispose() => _identity.Dispose();

    [Theory]
    [Trait("Case", "L7M-005")]
    [InlineData("GET|POST")]
    [InlineData("G.T")]
    [InlineData("GETX")]
    public async Task A_method_is_a_token_and_no_pattern(string method)
    {
        await using var app = await StartAsync(RuledRequests.Methods("allow", "GET"));

        Assert.Contains((await SendAsync(app, $"{method} /x HTTP/1.1\r\nhost: orders\r\n\r\n")).Status, new int?[] { 400, 403 });
        Assert.NotEqual(200, (await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request(method, "/x"))).Status);
        Assert.Empty(_ran);
    }

    [Theory]
    [Trait("Case", "L7M-007")]
    [InlineData("allow", false)]
    [InlineData("deny", true)]
    public async Task A_method_in_small_letters_is_the_same_in_every_version(string action, bool allowsByDefault)
    {
        await using var app = await StartAsync(RuledRequests.Methods(action, "GET"), allowsByDefault);

        Assert.Equal(403, (await SendAsync(app, "get /x HTTP/1.1\r\nhost: orders\r\n\r\n")).Status);
        Assert.Equal(403, (await Http2Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, Http2Connection.Request("get", "/x"))).Status);
    }

    [Fact]
    [Trait("Case", "L7M-008")]
    public async Task A_preflight_needs_a_permission_for_OPTIONS()
    {
        const string Preflight = "OPTIONS /x HTTP/1.1\r\nhost: orders\r\norigin: https://site.example\r\naccess-control-request-method: DELETE\r\n\r\n";
        static void Configure(WebApplicationBuilder builder) => builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.AllowAnyOrigin().AllowAnyMethod()));
        await using var without = await RuledRequests.StartAsync(_identity, RuledRequests.Methods("allow", "GET", "DELETE"), map: app => app.UseCors(), configure: Configure);
        await using var with = await RuledRequests.StartAsync(_identity, RuledRequests.Methods("allow", "GET", "DELETE", "OPTIONS"), map: app => app.UseCors(), configure: Configure);

        var refused = await SendAsync(without, Preflight);
        Assert.Equal((403, null), (refused.Status, refused["access-control-allow-origin"]));
        Assert.Equal("*", (await SendAsync(with, Preflight))["access-control-allow-origin"]);
    }

    [Theory]
    [Trait("Case", "L7M-010")]
    [InlineData("GET", 403)]
    [InlineData("TRACE", 200)]
    public async Task TRACE_is_allowed_only_where_it_is_listed(string method, int status)
    {
        await using var app = await StartAsync(RuledRequests.Methods("allow", method), allowsByDefault: true);

        Assert.Equal(status, (await SendAsync(app, "TRACE /admin HTTP/1.1\r\nhost: orders\r\n\r\n")).Status);
    }

    [Fact]
    [Trait("Case", "L7H-033")]
    public async Task Too_many_or_too_long_fields_are_refused_before_rules()
    {
        await using var app = await StatedDecisions.StartAsync(_identity, _ => StatedDecisions.Allow, Map);
        var many = string.Concat(Enumerable.Range(0, 100).Select(i => $"x-{i}: 1\r\n"));

        Assert.Equal(431, (await SendAsync(app, $"GET /x HTTP/1.1\r\nhost: orders\r\n{many}\r\n")).Status);
        Assert.Equal(431, (await SendAsync(app, $"GET /x HTTP/1.1\r\nhost: orders\r\nx-long: {new string('a', 33 * 1024)}\r\n\r\n")).Status);
        Assert.Empty(_ran);
    }

    [Fact]
    [Trait("Case", "L7H-034")]
    public async Task A_name_that_is_no_token_is_400_while_a_rule_is_about_headers()
    {
        const string Request = "GET /x HTTP/1.1\r\nhost: orders\r\nX(A: 1\r\n\r\n";
        await using var ruled = await StartAsync(RuledRequests.Header("deny", "x-role", "Exact", "admin"), allowsByDefault: true);
        await using var unruled = await StartAsync(RuledRequests.Path("deny", "PathExact", "/admin"), allowsByDefault: true);

        Assert.Equal(400, (await SendAsync(ruled, Request)).Status);
        Assert.Equal(200, (await SendAsync(unruled, Request)).Status);
    }

    [Theory]
    [Trait("Case", "L7H-035")]
    [Trait("Case", "L7H-036")]
    [Trait("Case", "L7H-037")]
    [Trait("Case", "L7H-038")]
    [InlineData("L7H-035", "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("L7H-036", "content-length: +4\r\n\r\nabcd")]
    [InlineData("L7H-037", "transfer-encoding: chunked\r\n\r\n1;ext\nX\r\n0\r\n\r\n")]
    [InlineData("L7H-038", "content-length: 4\r\ncontent-length: 5\r\n\r\nabcd")]
    [InlineData("L7H-038", "content-length: 4, 4\r\n\r\nabcd")]
    public async Task What_a_body_hides_is_never_run(string id, string rest)
    {
        await using var app = await StartAsync(RuledRequests.Path("deny", "PathExact", "/admin"), allowsByDefault: true);
        await using var connection = await Http1Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);

        if (id == "L7H-037")
            app.Logs.Expect("An unhandled exception was thrown by the application");
        await connection.WriteAsync(Encoding.Latin1.GetBytes($"POST /x HTTP/1.1\r\nhost: orders\r\n{rest}GET /admin HTTP/1.1\r\nhost: orders\r\n\r\n"));
        var first = await connection.ReadAnswerAsync();
        var second = first.Status == 200 ? await connection.ReadAnswerAsync() : WireAnswer.None(WireEnd.Closed);

        Assert.True(first.Status is 200 or 400, $"{id}: {first}");
        Assert.True(second.Status is null or 403, $"{id}: {second}");
        Assert.DoesNotContain("/admin", _ran);
        Assert.True(id != "L7H-035" || second.End == WireEnd.Closed, $"{id}: {second}");
        Assert.True(id is not ("L7H-037" or "L7H-038") || first.Status == 400, $"{id}: {first}");
    }

    [Fact]
    [Trait("Case", "L7H-042")]
    public async Task A_wish_for_h2c_is_not_heard()
    {
        await using var app = await StartAsync(RuledRequests.Path("deny", "PathExact", "/admin"), allowsByDefault: true);

        var answer = await SendAsync(app, "GET /x HTTP/1.1\r\nhost: orders\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");

        Assert.Equal((200, "/x"), (answer.Status, answer.Text));
    }

    [Fact]
    [Trait("Case", "L7H-043")]
    public async Task A_request_is_decided_at_its_headers_and_not_again_at_its_body()
    {
        var allowed = true;
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StatedDecisions.StartAsync(_identity, _ => allowed ? StatedDecisions.Allow : StatedDecisions.Deny, app => app.Run(async context =>
        {
            entered.TrySetResult();
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        }));
        await using var connection = await Http1Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);

        await connection.WriteAsync("POST /x HTTP/1.1\r\nhost: orders\r\ncontent-length: 4\r\n\r\n"u8.ToArray());
        await entered.Task;
        allowed = false;
        var first = await connection.SendAsync("body"u8.ToArray());
        var second = await connection.SendAsync("GET /x HTTP/1.1\r\nhost: orders\r\n\r\n");

        Assert.Equal((200, "body"), (first.Status, first.Text));
        Assert.Equal(403, second.Status);
    }

    private void Map(WebApplication app) => app.Run(async context =>
    {
        _ran.Enqueue(context.Request.Path.Value ?? "");
        await context.Request.Body.CopyToAsync(Stream.Null);
        await context.Response.WriteAsync(context.Request.Path.Value ?? "");
    });

    private Task<MeshApp> StartAsync(string permissions, bool allowsByDefault = false) => RuledRequests.StartAsync(_identity, permissions, allowsByDefault, Map);

    private Task<WireAnswer> SendAsync(MeshApp app, string request) => Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, request);
}
