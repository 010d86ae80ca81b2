using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Intentions;

/// <summary>An authorizer of the service <c>orders</c>, its agent, its clock, and the events it logged.</summary>
internal sealed class Authorizing : IAsyncDisposable, ILogger
{
    private readonly ConnectMetrics _metrics = new("orders", null);
    private readonly List<(int Id, string Text)> _logged = [];

    private Authorizing(FakeTime time, PolicyAgent agent, Func<AgentLink, IAuthorizer> create)
    {
        Time = time;
        Agent = agent;
        Authorizer = create(new(agent, time, TimeSpan.FromSeconds(25), this, _metrics));
    }

    /// <summary>Told of every event, in the middle of what logs it.</summary>
    public Action<int>? AtEvent { get; set; }

    public FakeTime Time { get; }

    public PolicyAgent Agent { get; }

    public IAuthorizer Authorizer { get; }

    public static Authorizing ByIntentions(ConnectAuthorizationOptions options, params Intention[] intentions)
    {
        var time = new FakeTime();
        return new(time, new(time, intentions), link => new CachedIntentions(link, "orders", options, () => Policy.Caller("orders")));
    }

    public static Authorizing ByAgent(ConnectAuthorizationOptions? options = null)
    {
        var time = new FakeTime();
        return new(time, new(time), link => new AgentAuthorizer(link, "orders", options ?? new(), () => Policy.Caller("orders")));
    }

    public string[] Logged(int id)
    {
        lock (_logged)
            return [.. _logged.Where(line => line.Id == id).Select(line => line.Text)];
    }

    public async Task<IntentionDecision> DecideAsync(string caller) =>
        await Authorizer.DecideAsync(Policy.Caller(caller), ConnectionKind.Http, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await Authorizer.DisposeAsync();
        _metrics.Dispose();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_logged)
            _logged.Add((eventId.Id, formatter(state, exception)));
        AtEvent?.Invoke(eventId.Id);
    }
}
