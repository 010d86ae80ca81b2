using ConsulConnect.Certificates;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Certificates;
using ConsulConnect.Tests.Intentions;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Server;

/// <summary>A registry of connections on a clock that moves by hand, over an authorizer the test chooses; its connections are nothing but what they are told.</summary>
internal sealed class Registering : IAsyncDisposable
{
    private readonly ConnectMetrics _metrics = new("orders", null);

    /// <param name="judges">Whether it looks at what is open, as it does in an app.</param>
    public Registering(FakeTime time, IAuthorizer authorizer, ConnectAuthorizationOptions options, bool judges = true)
    {
        Time = time;
        Authorizer = authorizer;
        Registry = new("orders", authorizer, Credentials, options, _metrics, time, NullLogger.Instance);
        if (judges)
            Registry.Start();
    }

    public FakeTime Time { get; }

    public IAuthorizer Authorizer { get; }

    public TurnedCredentials Credentials { get; } = new();

    public ConnectionRegistry Registry { get; }

    public Opened Open(string caller, ConnectionKind kind = ConnectionKind.Http, long? generation = null)
    {
        var mesh = new MeshConnection();
        mesh.Verify(Policy.Caller(caller));
        var opened = new Opened(mesh);
        opened.Entered = Registry.Enter(mesh, kind, generation ?? Registry.Generation, () => opened.CloseRequested.TrySetResult(), () => opened.Aborted.TrySetResult());
        return opened;
    }

    /// <summary>Completes when the registry has looked at everything once more: it sees a connection that has just lost its right.</summary>
    public async Task LooksAsync()
    {
        var canary = new Opened(new());
        canary.Mesh.Verify(new("spiffe://test.consul/ns/default/dc/dc1/svc/canary", "test.consul", "default", "default", "dc1", "canary", "0c", Time.GetUtcNow()));
        canary.Entered = Registry.Enter(canary.Mesh, ConnectionKind.Http, -1, () => canary.CloseRequested.TrySetResult(), () => { });
        await canary.CloseRequested.Task.WaitAsync(TimeSpan.FromSeconds(30));
        // Those behind the canary in the same look: it ends with a timer, which is set only while something is open.
        await Time.WaitForTimersAsync();
        canary.Entered.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        await Authorizer.DisposeAsync();
        _metrics.Dispose();
    }

    /// <summary>A connection, and what it was told.</summary>
    internal sealed class Opened(MeshConnection mesh)
    {
        public MeshConnection Mesh { get; } = mesh;

        public OpenConnection Entered { get; set; } = null!;

        public TaskCompletionSource CloseRequested { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task UntilCloseRequested() => CloseRequested.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public Task UntilAborted() => Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Credentials that a test turns.</summary>
    internal sealed class TurnedCredentials : ICredentialsSource
    {
        public event Action<MeshCredentials>? Changed;

        public MeshCredentials? Current { get; private set; } = Given.Credentials(TestCa.Create());

        public string? LastError => null;

        public void Turn(MeshCredentials? next)
        {
            Current = next;
            if (next is not null)
                Changed?.Invoke(next);
        }

        public void Start()
        {
        }

        public ValueTask<MeshCredentials> WaitAsync(CancellationToken cancellationToken) => new(Current!);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Decides as a test says, and says that it has changed.</summary>
internal sealed class TurnedAuthorizer : IAuthorizer
{
    public event Action? Changed;

    public Func<ConnectPeer, ConnectionKind, IntentionDecision> Connections { get; set; } = (_, _) => Yes;

    public Func<RequestView, IntentionDecision> Requests { get; set; } = _ => Yes;

    public int Decisions { get; private set; }

    public bool IsReady => true;

    public string? LastError => null;

    public string DefaultPolicy => "deny";

    public static IntentionDecision Yes => new(true, DecisionReason.Intention, "yes");

    public static IntentionDecision No => new(false, DecisionReason.Intention, "no");

    public void Turn() => Changed?.Invoke();

    public void Start()
    {
    }

    public Task WaitReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken)
    {
        if (caller.Service != "canary")
            Decisions++;
        return new(Connections(caller, kind));
    }

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => Requests(request);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
