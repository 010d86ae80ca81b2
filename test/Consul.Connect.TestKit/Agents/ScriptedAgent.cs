using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConsulConnect.TestKit;

/// <summary>
/// An agent that says what the test wants, over real HTTP: the calls of a native service, in the form of Consul 1.21, with
/// blocking queries. Where a real agent can play the part, take <see cref="ConsulAgent"/>.
/// </summary>
public sealed partial class ScriptedAgent : IAsyncDisposable
{
    private readonly ScriptedAgentOptions _options;
    private readonly ScriptedRules _rules = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;

    private ScriptedAgent(ScriptedAgentOptions options)
    {
        _options = options;
        // Without the settings and variables of whatever runs here, which may name other addresses.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(Listen);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>As an app is configured with it: <c>http://</c>, <c>https://</c> or <c>unix://</c>.</summary>
    public string Address => _options.UnixSocket is { } path ? $"unix://{path}" : _app.Urls.Single();

    /// <summary>What it was asked.</summary>
    public ScriptedRequests Requests { get; } = new();

    public static async Task<ScriptedAgent> StartAsync(Action<ScriptedAgentOptions>? configure = null)
    {
        var options = new ScriptedAgentOptions();
        configure?.Invoke(options);
        var agent = new ScriptedAgent(options);
        await agent._app.StartAsync();
        return agent;
    }

    /// <summary>Answers calls under a path with an error, those that wait now included, until the result is disposed.</summary>
    public IDisposable Fail(string path, int status, string text) => Intercept(path, context => new ScriptedAnswer(status, text).WriteAsync(context));

    /// <summary>Leaves calls under a path without an answer until the result is disposed; then they are answered as usual.</summary>
    public IDisposable Hold(string path) => _rules.Add(path, null);

    /// <summary>Answers calls under a path in any way, until the result is disposed.</summary>
    public IDisposable Intercept(string path, RequestDelegate answer) => _rules.Add(path, answer);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        void Configure(ListenOptions listen)
        {
            if (_options.ServerCertificate is { } certificate)
            {
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = _options.ClientCertificates;
                    https.ClientCertificateValidation = (_, _, _) => true;
                });
            }
        }

        if (_options.UnixSocket is { } path)
            kestrel.ListenUnixSocket(path, Configure);
        else
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, Configure);
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            context.Request.EnableBuffering();
            await Requests.AddAsync(context.Request);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            while (true)
            {
                context.Request.Body.Position = 0;
                var (rule, rulesChanged) = _rules.Find(context.Request.Path);
                if (rule?.Answer is { } answer)
                {
                    await answer(context);
                    return;
                }

                if (rule is not null)
                    await rulesChanged.WaitAsync(ending.Token);
                else if (await AnswerAsync(context.Request, rulesChanged, ending.Token) is { } usual)
                {
                    await Adorn(context.Request.Path, usual).WriteAsync(context);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // A fault of the script, which the test should read.
            await new ScriptedAnswer(500, e.ToString()).WriteAsync(context);
        }
    }
}
