using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Server;

/// <summary>A verified caller that comes before the first intentions.</summary>
public sealed class TheFirstConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new();
    private readonly Late _authorizer = new();
    private readonly ConnectMetrics _metrics = new("first", null);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Waits_for_them_and_is_decided_by_them()
    {
        var deciding = DecideAsync();
        await _time.WaitForTimersAsync();
        Assert.False(deciding.IsCompleted);

        _authorizer.Arrive();

        Assert.True((await deciding.WaitAsync(TimeSpan.FromSeconds(30))).Allowed);
    }

    [Fact]
    public async Task Is_refused_when_they_take_longer_than_a_handshake_may()
    {
        var deciding = DecideAsync();
        await _time.WaitForTimersAsync();

        _time.Advance(Patience);

        Assert.Equal((false, DecisionReason.Unknown), await deciding.WaitAsync(TimeSpan.FromSeconds(30)) is var decision ? (decision.Allowed, decision.Reason) : default);
    }

    private Task<IntentionDecision> DecideAsync() =>
        new ConnectionDecision(_authorizer, new("first", _metrics, _time, NullLogger.Instance), Patience, _time).DecideAsync(ConnectPeer.Create("web"), ConnectionKind.Http, CancellationToken.None).AsTask();

    /// <summary>Allows everybody, once it has heard anything.</summary>
    private sealed class Late : IAuthorizer
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsReady => _ready.Task.IsCompleted;

        public string? LastError => null;

        public string DefaultPolicy => "unknown";

        public event Action? Changed;

        public void Arrive()
        {
            _ready.SetResult();
            Changed?.Invoke();
        }

        public void Start()
        {
        }

        public Task WaitReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

        public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => new(true, DecisionReason.Intention, "");

        public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) =>
            new(IsReady ? new IntentionDecision(true, DecisionReason.Intention, "") : new(false, DecisionReason.Unknown, ""));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
