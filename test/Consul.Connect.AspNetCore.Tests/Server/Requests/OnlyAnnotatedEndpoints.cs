using System.Collections.Concurrent;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.FileProviders;

namespace ConsulConnect.Tests.Server;

public sealed class OnlyAnnotatedEndpoints : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");
    private readonly ConcurrentQueue<string> _ran = new();
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("consul-connect-");

    public void Dispose()
    {
        _identity.Dispose();
        _files.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true, 200, "annotated")]
    [InlineData(false, 403, "")]
    public async Task An_annotated_endpoint_applies_the_decision(bool allowed, int status, string text)
    {
        await using var app = await StartAsync(allowed ? StatedDecisions.Allow : StatedDecisions.Deny);

        var answer = await GetAsync(app, "/annotated");

        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("/plain")]
    [InlineData("/anonymous")]
    [InlineData("/short")]
    [InlineData("/file.txt")]
    [InlineData("/status")]
    [InlineData("/body")]
    [InlineData("/writer")]
    [InlineData("/sent")]
    [InlineData("/begun")]
    [InlineData("/upgrade")]
    [InlineData("/fails")]
    [InlineData("/anything")]
    public async Task Nothing_else_answers_a_caller_whose_intention_carries_permissions(string path)
    {
        using var metrics = new MetricsRecorder("orders");
        await using var app = await StartAsync(StatedDecisions.Allow);

        var answer = await SendAsync(app, $"GET {path} HTTP/1.1\r\nhost: orders\r\nconnection: Upgrade\r\nupgrade: test\r\n\r\n");

        Assert.Equal((403, ""), (answer.Status, answer.Text));
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("x-", StringComparison.Ordinal));
        Assert.DoesNotContain(_ran, one => one.StartsWith("endpoint", StringComparison.Ordinal));
        Assert.NotEmpty(metrics.Of("consul.connect.authorization.decisions", ("consul.connect.decision", "deny"), ("consul.connect.reason", "permissions")));
    }

    [Theory]
    [InlineData("/asked")]
    [InlineData("/asked-and-fails")]
    public async Task A_refusal_is_the_answer_whoever_has_asked_for_it(string path)
    {
        await using var app = await StartAsync(StatedDecisions.Deny);

        var answer = await GetAsync(app, path);

        Assert.Equal((403, ""), (answer.Status, answer.Text));
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("x-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_stream_of_HTTP_2_begins_another_protocol()
    {
        await using var app = await StartAsync(StatedDecisions.Allow);
        await using var connection = await Http2Connection.OpenAsync(_identity.Caller(), app.Mesh.Port);

        var call = await connection.BeginAsync([(":method", "CONNECT"), (":protocol", "test"), (":scheme", "https"), (":authority", "web"), (":path", "/connect")], isWhole: false);

        Assert.Equal(403, (await call.Begun).Status);
    }

    [Theory]
    [InlineData("/plain", "plain")]
    [InlineData("/file.txt", "file")]
    [InlineData("/body", "body")]
    public async Task A_caller_without_permissions_is_served_everywhere(string path, string text)
    {
        await using var app = await StartAsync(new(true, DecisionReason.Intention, ""));

        Assert.Equal((200, text), ((await GetAsync(app, path)).Status, (await GetAsync(app, path)).Text));
    }

    [Theory]
    [InlineData("AmbiguousTarget", true, 400)]
    [InlineData("MalformedRequest", true, 400)]
    [InlineData("Stale", true, 503)]
    [InlineData("Intention", false, 403)]
    public async Task What_cannot_be_decided_and_who_may_not_call_is_refused_outermost(string reason, bool perRequest, int status)
    {
        await using var app = await StartAsync(new(false, Enum.Parse<DecisionReason>(reason), "") { IsPerRequest = perRequest });

        Assert.Equal(status, (await GetAsync(app, "/annotated")).Status);
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task What_an_endpoint_writes_through_an_early_writer_arrives_whole()
    {
        await using var app = await StartAsync(StatedDecisions.Allow);

        Assert.Equal(new string('x', 100_000), (await GetAsync(app, "/large")).Text);
    }

    private Task<MeshApp> StartAsync(IntentionDecision decision)
    {
        File.WriteAllText(Path.Combine(_files.FullName, "file.txt"), "file");
        return StatedDecisions.StartAsync(_identity, _ => decision, app =>
        {
            app.Use((context, next) =>
            {
                _ran.Enqueue("middleware");
                context.Response.Headers["x-early"] = "1";
                // Asked for before anybody has decided, and used afterwards.
                context.Items["writer"] = context.Response.BodyWriter;
                return next(context);
            });
            app.Use(AnswerAsync);
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(_files.FullName) });
            app.UseRouting();
            app.Use(TakeAsync);
            app.MapGet("/annotated", () => Ran("annotated")).WithMetadata(new ConnectAuthorizeAttribute());
            app.MapGet("/large", async (HttpContext context) => await ((System.IO.Pipelines.PipeWriter)context.Items["writer"]!).WriteAsync(System.Text.Encoding.ASCII.GetBytes(new string('x', 100_000)))).WithMetadata(new ConnectAuthorizeAttribute());
            app.MapGet("/plain", () => Ran("plain"));
            app.MapGet("/anonymous", () => Ran("anonymous")).WithMetadata(new ConnectAuthorizeAttribute(), new AllowAnonymousAttribute());
            app.MapGet("/short", () => Ran("short")).ShortCircuit();
            app.MapFallback(() => Ran("fallback"));
        }, settings: new KeyValuePair<string, string?>("Consul:Connect:Authorization:Scope", "AnnotatedEndpoints"));
    }

    private string Ran(string what)
    {
        _ran.Enqueue($"endpoint {what}");
        return what;
    }

    // What the requirement does where authorization runs.
    private static Task TakeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ConnectAuthorizeAttribute>() is null || context.Features.Get<PendingDecision>() is not { } pending)
            return next(context);
        context.Items["__AuthorizationMiddlewareWithEndpointInvoked"] = true;
        pending.Taken = true;
        return pending.Decision.Allowed ? next(context) : RefusalAnswer.WriteAsync(context, 403);
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        switch (context.Request.Path.Value)
        {
            case "/status":
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case "/body":
                await context.Response.Body.WriteAsync("body"u8.ToArray());
                return;
            case "/writer":
                await context.Response.BodyWriter.WriteAsync("body"u8.ToArray());
                await context.Response.CompleteAsync();
                return;
            case "/sent":
                await context.Response.SendFileAsync(typeof(OnlyAnnotatedEndpoints).Assembly.Location);
                return;
            case "/begun":
                await context.Response.StartAsync();
                await context.Response.WriteAsync("body");
                return;
            case "/upgrade":
                await (await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync()).WriteAsync("body"u8.ToArray());
                return;
            case "/connect":
                await (await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync()).WriteAsync("body"u8.ToArray());
                return;
            case "/asked":
                // As an app does that asks for the policy itself, and goes on.
                context.Features.GetRequiredFeature<PendingDecision>().Taken = true;
                await context.Response.WriteAsync("body");
                return;
            case "/asked-and-fails":
                context.Features.GetRequiredFeature<PendingDecision>().Taken = true;
                throw new InvalidOperationException("The page of this exception is not for such a caller.");
            case "/fails":
                throw new InvalidOperationException("The page of this exception is not for such a caller.");
            default:
                await next(context);
                return;
        }
    }

    private Task<WireAnswer> GetAsync(MeshApp app, string path) => SendAsync(app, $"GET {path} HTTP/1.1\r\nhost: orders\r\n\r\n");

    private Task<WireAnswer> SendAsync(MeshApp app, string request) => Http1Connection.SendOnceAsync(_identity.Caller(), app.Mesh.Port, request);
}
