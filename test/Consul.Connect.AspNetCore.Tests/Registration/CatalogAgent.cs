using System.Threading.Channels;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

/// <summary>An agent that knows services only, and does what a test tells it.</summary>
internal sealed class CatalogAgent : IAgentClient, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, ServiceRegistration> _services = [];
    private TaskCompletionSource _event = New();
    private CancellationTokenSource _credentials = new();
    private Func<string, AgentException?> _failure = _ => null;
    private bool _hangs;

    public string Address => "http://127.0.0.1:8500";

    public CancellationToken Changed => _credentials.Token;

    public IReadOnlyList<ServiceRegistration> Services
    {
        get
        {
            lock (_gate)
                return [.. _services.Values];
        }
    }

    /// <summary>Waits for a call of this kind; the ones before it are passed over.</summary>
    public async Task<string> SeenAsync(string kind)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var call = await _calls.Reader.ReadAsync(patience.Token);
            if (call.StartsWith(kind, StringComparison.Ordinal))
                return call;
        }
    }

    public bool SawNothingMore() => !_calls.Reader.TryRead(out _);

    /// <summary>All calls fail so from now on, waiting ones too; null: they succeed.</summary>
    public void Fail(Func<string, AgentException?>? failure) => Happen(() => _failure = failure ?? (_ => null));

    /// <summary>Calls that are not answered.</summary>
    public void Hang() => _hangs = true;

    public void Forget() => Happen(_services.Clear);


    /// <summary>A waiting call is answered with what it knows already.</summary>
    public void LetWaitsElapse() => Happen(() => { });

    public void ChangeToken()
    {
        var before = _credentials;
        _credentials = new();
        before.Cancel();
        before.Dispose();
    }

    public void Dispose() => _credentials.Dispose();

    public async Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        await CallAsync($"register {registration.Id}", cancellationToken);
        lock (_gate)
            _services[registration.Id] = registration;
    }

    public async Task DeregisterServiceAsync(string id, CancellationToken cancellationToken)
    {
        await CallAsync($"deregister {id}", cancellationToken);
        Happen(() => _services.Remove(id));
    }

    public async Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken)
    {
        Task next;
        lock (_gate)
            next = _event.Task;
        await CallAsync($"follow {id} {query.Hash}", cancellationToken);
        if (query.Hash is not null)
        {
            await next.WaitAsync(cancellationToken);
            if (_failure("follow") is { } failure)
                throw failure;
        }

        lock (_gate)
        {
            if (!_services.TryGetValue(id, out var known))
                throw new AgentException(AgentFault.Missing, $"unknown service ID: {id}");
            return new(new(known.Id, known.Name, known.Address ?? "", known.Port), null, "h1", TimeSpan.Zero, "f1");
        }
    }

    public Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task CallAsync(string call, CancellationToken cancellationToken)
    {
        _calls.Writer.TryWrite(call);
        if (_hangs)
            await New().Task.WaitAsync(cancellationToken);
        if (_failure(call) is { } failure)
            throw failure;
    }

    private void Happen(Action what)
    {
        lock (_gate)
        {
            what();
            var before = _event;
            _event = New();
            before.SetResult();
        }
    }
}
