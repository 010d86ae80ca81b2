using System.Collections.Concurrent;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.MeshTests.Recorded;

/// <summary>The app <c>web</c> behind an agent that says the recorded intentions, one set after the other.</summary>
internal sealed class RecordedApp : IAsyncDisposable
{
    private readonly ScriptedAgent _agent;
    private readonly TestCa _ca;
    private readonly MeshApp _app;
    private readonly Asked _asked;
    private readonly ConcurrentDictionary<string, MeshCaller> _callers = new();
    private readonly Dictionary<string, Http1Connection> _http1 = [];
    private readonly Dictionary<string, Http2Connection> _http2 = [];
    private string _match = "[]";

    private RecordedApp(ScriptedAgent agent, TestCa ca, MeshApp app, Asked asked) => (_agent, _ca, _app, _asked) = (agent, ca, app, asked);

    public int Port => _app.Mesh.Port;

    /// <summary>What was decided about the last request, which was asked about only if the server could read it.</summary>
    public IntentionDecision? LastDecision => _asked.Last;

    public static async Task<RecordedApp> StartAsync(bool allowsByDefault, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var agent = await ScriptedAgent.StartAsync();
        var ca = TestCa.Create();
        agent.UseCa(ca);
        agent.AllowsByDefault = allowsByDefault;
        var asked = new Asked();
        var app = await MeshApp.StartAsync("web", [new("Consul:Address", agent.Address), new("Consul:Connect:Authorization:DefaultPolicy", allowsByDefault ? "Allow" : "Deny"), .. settings],
            builder => builder.Services.AddSingleton(provider =>
            {
                var service = provider.GetRequiredService<ConnectService>();
                asked.Inner = service.Authorizer;
                return new RequestEnforcement(asked, new("web", new ConnectMetrics("web", null), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), service.Options.Connect);
            }),
            app => app.Run(async context =>
            {
                // Whatever protocol the caller asks for begins.
                if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
                    await connect.AcceptAsync();
                await context.Response.WriteAsync("app");
            }));
        app.Logs.Expect("PermissionMisleads").Expect("IntentionNotUnderstood").Expect("MorePermissionsMislead");
        return new(agent, ca, await app.ReadyAsync(), asked);
    }

    public MeshCaller Caller(string service) => _callers.GetOrAdd(service, name => MeshCaller.From(_ca.IssueLeaf(name), _ca));

    /// <summary>Says other intentions, and returns when the app decides by them.</summary>
    public async Task SwitchAsync(string match)
    {
        if (match == _match)
            return;
        await CloseAsync();
        _match = match;
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Signal() => changed.TrySetResult();
        _app.Service.Authorizer.Changed += Signal;
        _agent.SetMatch("web", match);
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _app.Service.Authorizer.Changed -= Signal;
    }

    /// <summary>Sends a request, and tells what was decided about it, if anything was asked.</summary>
    public async Task<(WireAnswer Answer, IntentionDecision? Decided)> AskAsync(RecordedCase row, bool http2)
    {
        _asked.Last = null;
        var answer = await (http2 ? SendHttp2Async(row) : SendHttp1Async(row)).WaitAsync(TimeSpan.FromSeconds(30));
        return (answer, _asked.Last);
    }

    private async Task<WireAnswer> SendHttp1Async(RecordedCase row)
    {
        if (!_http1.Remove(row.Source, out var connection))
            connection = await Http1Connection.OpenAsync(Caller(row.Source), Port);
        var answer = await connection.SendAsync(row.Http1);
        if (answer.End == WireEnd.Complete && answer["connection"] != "close")
            _http1[row.Source] = connection;
        else
            await connection.DisposeAsync();
        return answer;
    }

    private async Task<WireAnswer> SendHttp2Async(RecordedCase row)
    {
        if (!_http2.Remove(row.Source, out var connection))
            connection = await Http2Connection.OpenAsync(Caller(row.Source), Port);
        var answer = await connection.SendAsync(row.Http2);
        if (answer.End == WireEnd.Complete)
            _http2[row.Source] = connection;
        else
            await connection.DisposeAsync();
        return answer;
    }

    private async Task CloseAsync()
    {
        foreach (var connection in _http1.Values)
            await connection.DisposeAsync();
        foreach (var connection in _http2.Values)
            await connection.DisposeAsync();
        _http1.Clear();
        _http2.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _app.DisposeAsync();
        await _agent.DisposeAsync();
    }

    private sealed class Asked : IAuthorizer
    {
        public IAuthorizer Inner { get; set; } = null!;

        public IntentionDecision? Last { get; set; }

        public bool IsReady => Inner.IsReady;

        public string? LastError => Inner.LastError;

        public string DefaultPolicy => Inner.DefaultPolicy;

        public event Action? Changed
        {
            add => Inner.Changed += value;
            remove => Inner.Changed -= value;
        }

        public void Start() => Inner.Start();

        public Task WaitReadyAsync(CancellationToken cancellationToken) => Inner.WaitReadyAsync(cancellationToken);

        public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) => Inner.DecideAsync(caller, kind, cancellationToken);

        public IntentionDecision Decide(ConnectPeer caller, in RequestView request)
        {
            var decision = Inner.Decide(caller, request);
            Last = decision;
            return decision;
        }

        public ValueTask DisposeAsync() => Inner.DisposeAsync();
    }
}
