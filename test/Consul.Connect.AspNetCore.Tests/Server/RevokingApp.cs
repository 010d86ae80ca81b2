using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Server;

/// <summary>
/// The service <c>orders</c> with an agent whose intentions a test changes, and endpoints that take their time. They tell the test
/// what happens to them: <c>/hold begins</c>, <c>/hold ends</c> and <c>/hold is aborted</c>.
/// </summary>
internal sealed class RevokingApp : IAsyncDisposable
{
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MetricsRecorder _metrics;
    private MeshApp? _app;

    private RevokingApp(ScriptedAgent agent, string service)
    {
        Agent = agent;
        Name = service;
        _metrics = new(service);
        Agent.AllowsByDefault = false;
        Agent.UseCa(Authority);
    }

    public ScriptedAgent Agent { get; }

    /// <summary>Of its own, so that the measurements of tests that run at once do not mix.</summary>
    public string Name { get; }

    public TestCa Authority { get; } = TestCa.Create();

    public MetricsRecorder Metrics => _metrics;

    public MeshApp App => _app!;

    public int Port => App.Mesh.Port;

    /// <param name="listen">Null: an HTTP endpoint from configuration.</param>
    public static async Task<RevokingApp> StartAsync(Action<RevokingApp, WebApplicationBuilder>? listen = null, TimeSpan? grace = null)
    {
        var app = new RevokingApp(await ScriptedAgent.StartAsync(), $"orders-{Guid.NewGuid():n}");
        app.Allow("web", "billing");
        app._app = await MeshApp.StartAsync(
            app.Name,
            [
                new("Consul:Address", app.Agent.Address),
            ],
            builder =>
            {
                builder.WebHost.UseConsulConnect(options => options.Connect.Authorization.RevocationGrace = grace ?? Grace);
                listen?.Invoke(app, builder);
            },
            app.Map,
            endpoints: listen is null);
        await app.App.ReadyAsync();
        return app;
    }

    /// <summary>Only these may call.</summary>
    public void Allow(params string[] sources) => Agent.SetIntentions([.. sources.Select(source => new ScriptedIntention(source, Name))]);

    public MeshCaller Caller(string service = "web") => MeshCaller.From(Authority.IssueLeaf(service), Authority);

    public async Task<SslStream> OpenAsync(string service = "web") => await Caller(service).OpenTlsAsync(Port);

    /// <summary>Lets what holds go on.</summary>
    public void Release() => _release.TrySetResult();

    public async Task Until(string happening)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _events.Reader.ReadAsync(limit.Token) != happening)
        {
        }
    }

    public void Tell(string happening) => _events.Writer.TryWrite(happening);

    public async ValueTask DisposeAsync()
    {
        Release();
        await App.DisposeAsync();
        await Agent.DisposeAsync();
        _metrics.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.MapGet("/whoami", (HttpContext context) => context.Features.Get<IConnectPeerFeature>()?.Peer.Service ?? "nobody");
        Map(app, "/hold", context => _release.Task.WaitAsync(context.RequestAborted));
        Map(app, "/events", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await StreamAsync(context, "data: tick\n\n"u8.ToArray());
        });
        Map(app, "/grpc.Ticker/Watch", async context =>
        {
            context.Response.ContentType = "application/grpc";
            await StreamAsync(context, [0, 0, 0, 0, 2, 8, 1]);
        });
        Map(app, "/socket", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            while ((await socket.ReceiveAsync(new byte[64], context.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
            }
        });
        Map(app, "/upload", async context =>
        {
            var read = new byte[64];
            while (await context.Request.Body.ReadAsync(read, context.RequestAborted) > 0)
            {
            }
        });
    }

    private void Map(WebApplication app, string path, Func<HttpContext, Task> serve) => app.Map(path, async context =>
    {
        Tell($"{path} begins");
        try
        {
            await serve(context);
            Tell($"{path} ends");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException or ConnectionAbortedException)
        {
            Tell($"{path} is aborted");
        }
    });

    private static async Task StreamAsync(HttpContext context, byte[] message)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        do
        {
            await context.Response.Body.WriteAsync(message, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        while (await pace.WaitForNextTickAsync(context.RequestAborted));
    }
}

/// <summary>HTTP/1.1 by hand, so that what a connection does is seen.</summary>
internal static class RawHttp
{
    public static async Task SendAsync(this Stream tls, string method, string path, string headers = "") =>
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: mesh\r\n{headers}\r\n"));

    /// <summary>Reads until this text has come.</summary>
    public static async Task<string> ReadUntilAsync(this Stream tls, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (all, part) = (new StringBuilder(), new byte[4096]);
        while (!all.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await tls.ReadAsync(part, limit.Token);
            if (count == 0)
                throw new EndOfStreamException($"\"{text}\" did not come, but {all}");
            all.Append(Encoding.ASCII.GetString(part, 0, count));
        }

        return all.ToString();
    }

    /// <summary>Reads on until the server ends it, one way or the other.</summary>
    public static async Task EndsAsync(this Stream tls)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var part = new byte[4096];
        try
        {
            while (await tls.ReadAsync(part, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }
}
