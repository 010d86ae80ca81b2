using ConsulConnect.Agent;
using ConsulConnect.Discovery;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Agent;

namespace ConsulConnect.Tests.Discovery;

/// <summary>The real room against an agent that says what the test wants, over HTTP; the clock of the loops may be the test's.</summary>
internal sealed class Following : IAsyncDisposable
{
    public const string TrustDomain = "11111111-2222-3333-4444-555555555555.consul";

    private readonly AgentClient _client;

    private Following(ScriptedAgent agent, ConsulConnectOptions options, TimeProvider time)
    {
        (Agent, Options) = (agent, options);
        options.Address = agent.Address;
        _client = new(options, TimeProvider.System, Logs);
        Link = new(_client, time, TimeSpan.FromSeconds(25), Logs, new("web", null));
        Upstreams = new(Link, options, () => Self, time);
    }

    public ScriptedAgent Agent { get; }

    public ConsulConnectOptions Options { get; }

    public AgentLink Link { get; }

    public Upstreams Upstreams { get; }

    public LogLines Logs { get; } = new();

    public ConnectPeer? Self { get; set; } = new($"spiffe://{TrustDomain}/ns/default/dc/dc1/svc/web", TrustDomain, "default", "default", "dc1", "web", "01", DateTimeOffset.MaxValue);

    public static async Task<Following> StartAsync(Action<ConsulConnectOptions>? configure = null, FakeTime? time = null)
    {
        var options = new ConsulConnectOptions { Connect = { Service = "web" } };
        configure?.Invoke(options);
        return new(await ScriptedAgent.StartAsync(), options, time ?? TimeProvider.System);
    }

    public IUpstream Service(string name, string? datacenter = null) => Upstreams.Open(ConnectTarget.Service(name, datacenter));

    public IUpstream Query(string name) => Upstreams.Open(ConnectTarget.Query(name));

    /// <summary>The newest set; the first one comes within the time of a test.</summary>
    public static Task<UpstreamSet> NowAsync(IUpstream upstream) => upstream.GetAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Changes something that is waited on; done when the answer has been taken and the next wait has begun.</summary>
    public async Task AndTakenAsync(string service, Action change)
    {
        await WaitsAsync(service);
        var next = Agent.Requests.WaitForNextAsync(request => request.Path == "/v1/health/connect/" + service);
        change();
        await next;
    }

    /// <summary>Completes when a call waits for a change.</summary>
    public Task WaitsAsync(string service) => Agent.Requests.WaitForAsync(request => request.Path == "/v1/health/connect/" + service && request["index"] is not null);

    public async ValueTask DisposeAsync()
    {
        await Upstreams.DisposeAsync();
        await _client.DisposeAsync();
        await Agent.DisposeAsync();
        Link.Metrics.Dispose();
    }
}
