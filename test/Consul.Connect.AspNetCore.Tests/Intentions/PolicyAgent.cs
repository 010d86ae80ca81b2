using System.Threading.Channels;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Intentions;

/// <summary>
/// An agent in memory with what this room asks of one: it holds intentions, blocks as an agent does, and tells the test what it
/// was asked, as <c>match</c>, <c>list</c>, <c>authorize</c>, <c>self</c>, <c>match waits</c> or <c>list waits</c> once such a call
/// blocks, and <c>match fails</c>.
/// </summary>
internal sealed class PolicyAgent(TimeProvider time, params Intention[] intentions) : IAgentClient
{
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly List<string> _seen = [];
    private readonly Lock _gate = new();
    private Intention[] _intentions = intentions;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _index = 20;

    public string Address => "http://agent.test";

    /// <summary>False: as agents before 1.9.</summary>
    public bool MatchHasIndex { get; set; } = true;

    public AgentException? MatchFault { get; set; }

    public AgentException? ListFault { get; set; }

    /// <summary>Runs when the answer of a match call is made up, and not yet sent.</summary>
    public Action? AfterMatch { get; set; }

    public bool DefaultAllows { get; set; }

    public AgentSelf Self { get; set; } = new("dc1", "node", "1.22.0", null, null, null);

    /// <summary>Answers authorize instead of the default policy.</summary>
    public Func<string, CancellationToken, Task<AgentAnswer<AuthorizeVerdict>>>? Verdict { get; set; }

    /// <summary>Target, URI and serial of each authorize call.</summary>
    public List<(string Target, string Uri, string Serial)> Asked { get; } = [];

    public static AgentAnswer<AuthorizeVerdict> Says(bool allowed, string reason, TimeSpan? age) =>
        new(new(allowed, reason), null, null, age, $"{allowed} {reason}");

    public int Count(string call)
    {
        lock (_gate)
            return _seen.Count(seen => seen == call);
    }

    /// <summary>Completes at the next such call that no earlier wait has consumed.</summary>
    public async Task Until(string call)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _events.Reader.ReadAsync(limit.Token) != call)
        {
        }
    }

    /// <summary>What was called before is not waited for.</summary>
    public void Forget()
    {
        while (_events.Reader.TryRead(out _))
        {
        }
    }

    public void Set(params Intention[] intentions) => Move(() => _intentions = intentions, 1);

    /// <summary>Answers what waits, and what comes, with a lower index.</summary>
    public void RestartWith(params Intention[] intentions) => Move(() => _intentions = intentions, -15);

    /// <summary>Ends what waits: the fault is found by who is waiting and by who comes.</summary>
    public void Break(AgentException fault) => Move(() => MatchFault = fault, 0);

    public async Task<AgentAnswer<IntentionMatch>> MatchIntentionsAsync(string destination, BlockingQuery query, CancellationToken cancellationToken)
    {
        await BlockAsync("match", query, cancellationToken);
        if (MatchFault is { } fault)
        {
            Tell("match fails");
            throw fault;
        }

        AgentAnswer<IntentionMatch> answer;
        lock (_gate)
            answer = new(new(_intentions), MatchHasIndex ? _index : null, null, TimeSpan.Zero, string.Join(';', _intentions.Select(intention => intention.ToString())));
        AfterMatch?.Invoke();
        return answer;
    }

    public async Task<AgentAnswer<IntentionTable>> WaitForIntentionsAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (ListFault is { } fault)
        {
            Tell("list");
            throw fault;
        }

        await BlockAsync("list", query, cancellationToken);
        return new(new(), _index, null, TimeSpan.Zero, "");
    }

    public async Task<AgentAnswer<AuthorizeVerdict>> AuthorizeAsync(string target, string clientCertUri, string clientCertSerial, CancellationToken cancellationToken)
    {
        lock (_gate)
            Asked.Add((target, clientCertUri, clientCertSerial));
        Tell("authorize");
        return Verdict is { } verdict ? await verdict(clientCertUri, cancellationToken) : Says(DefaultAllows, "Default behavior configured by ACLs", TimeSpan.Zero);
    }

    public Task<AgentAnswer<RegisteredChecks>> GetChecksAsync(string serviceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UpdateCheckAsync(string id, CheckStatus status, string output, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeregisterCheckAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetMaintenanceAsync(string serviceId, bool enable, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<TokenLife>> GetTokenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<ServiceDefaults>> GetServiceDefaultsAsync(string service, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetHealthAsync(HealthQuery what, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<HealthList>> GetCachedHealthAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<QueryAnswer>> ExecuteQueryAsync(string name, string? datacenter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<DiscoveryChain>> GetDiscoveryChainAsync(HealthQuery what, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<AgentSelf>> GetSelfAsync(CancellationToken cancellationToken)
    {
        Tell("self");
        return Task.FromResult(new AgentAnswer<AgentSelf>(Self, null, null, TimeSpan.Zero, Self.ToString()));
    }

    public Task<AgentAnswer<CaRoots>> GetRootsAsync(BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<IssuedLeaf>> GetLeafAsync(string service, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RegisterServiceAsync(ServiceRegistration registration, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeregisterServiceAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AgentAnswer<RegisteredService>> GetServiceAsync(string id, BlockingQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task BlockAsync(string call, BlockingQuery query, CancellationToken cancellationToken)
    {
        Tell(call);
        Task changed;
        lock (_gate)
        {
            if (query.Index == 0 || _index > query.Index)
                return;
            changed = _changed.Task;
        }

        // Not WaitAsync: its timer outlives it for a moment, and a test that counts timers must not see it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waited = Task.Delay(query.Wait, time, over.Token);
        Tell($"{call} waits");
        await Task.WhenAny(changed, waited);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Move(Action change, int by)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            change();
            _index = (ulong)((long)_index + by);
            (before, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        before.SetResult();
    }

    private void Tell(string call)
    {
        lock (_gate)
            _seen.Add(call);
        _events.Writer.TryWrite(call);
    }
}
