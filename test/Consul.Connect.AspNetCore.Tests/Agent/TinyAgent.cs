using System.Collections.Concurrent;
using System.Net;
using ConsulConnect.Agent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Agent;

/// <summary>A real HTTP server that answers every call as the test says, and remembers what it was asked.</summary>
internal sealed class TinyAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TinyAgent(WebApplication app) => _app = app;

    public static RequestDelegate Silence { get; } = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

    /// <summary>Method, path and query, token, body of every request.</summary>
    public ConcurrentQueue<(string Line, string? Token, string Body, string Protocol)> Requests { get; } = new();

    public string Address => _app.Urls.First();

    public RequestDelegate Answers { get; set; } = Text(200, "");

    /// <param name="listen">Null: plain HTTP on a port of loopback.</param>
    public static async Task<TinyAgent> StartAsync(Action<KestrelServerOptions>? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listen ?? (kestrel => kestrel.Listen(IPAddress.Loopback, 0)));
        var agent = new TinyAgent(builder.Build());
        agent._app.Run(agent.ServeAsync);
        await agent._app.StartAsync();
        return agent;
    }

    public static RequestDelegate Text(int status, string text, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return context.Response.WriteAsync(text);
    };

    /// <summary>A client of this agent.</summary>
    public AgentClient Client(Action<ConsulConnectOptions>? configure = null, TimeProvider? time = null, ILogger? logger = null)
    {
        var options = new ConsulConnectOptions { Address = Address };
        configure?.Invoke(options);
        return new(options, time ?? TimeProvider.System, logger ?? new LogLines());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Requests.Enqueue(($"{context.Request.Method} {target}", context.Request.Headers["X-Consul-Token"], body, context.Request.Protocol));
        await Answers(context);
    }
}
