using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// Asks the agent about each caller, as Consul's Go library does, and remembers the answer for a moment. The agent's answer is the
/// whole answer: its default policy holds, and a failed call refuses.
/// </summary>
internal sealed class AgentAuthorizer : IAuthorizer
{
    public const int MaxVerdicts = 4096;

    public static readonly TimeSpan VerdictLife = TimeSpan.FromMilliseconds(250);

    /// <summary>How often it asks about an open connection.</summary>
    public static readonly TimeSpan AskAgainInterval = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);

    private readonly AgentLink _link;
    private readonly string _service;
    private readonly TimeSpan? _maxStaleness;
    private readonly VerdictCache _verdicts;
    private readonly LastAllows? _lastAllows;
    private readonly DefaultPolicyProbe _probe;
    private readonly AgentWatch<IntentionMatch> _trigger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IntentionDecision _letIn;
    private volatile DefaultPolicyAnswer? _default;
    private string? _problem;

    /// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
    public AgentAuthorizer(AgentLink link, string service, ConnectAuthorizationOptions options, Func<ConnectPeer?> self)
    {
        _link = link;
        _service = service;
        _letIn = new(true, DecisionReason.Intention, $"The agent let this caller connect to \"{service}\".");
        _maxStaleness = options.MaxStaleness;
        _verdicts = new(link.Time, VerdictLife, MaxVerdicts);

        if (_maxStaleness is { } bound)
            _lastAllows = new(link.Time, bound);

        // Only to say whether the agent answers and what its default is: each decision takes it from the agent's verdict.
        _probe = new(link, service, self, () => false, DefaultPolicyProbe.Interval, Accept, () => _ready.TrySetResult());

        // Only to know when to ask again: what the intentions say is the agent's to judge.
        var fetch = new IntentionFetch(link, service, longestWait: null,
            _probe.AskAgain,
            problem => link.Logger.PollingIntentions(service, problem, options.PollInterval));
        _trigger = new("intentions", fetch.FetchAsync, _ =>
        {
            Turn();
            return null;
        }, link, new() { Poll = options.PollInterval });
    }

    public bool IsReady => _ready.Task.IsCompleted;

    public string? LastError => Volatile.Read(ref _problem) ?? _probe.LastError ?? _trigger.LastError;

    public string DefaultPolicy => _default?.ToString() ?? "unknown";

    public IReadOnlyList<WatchState> Watches => [_trigger.State, _probe.State];

    public TimeSpan? AskAgainAfter => AskAgainInterval;

    public event Action? Changed;

    public void Start()
    {
        _probe.Start();
        _trigger.Start();
    }

    public Task WaitReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken)
    {
        var decision = _verdicts.GetAsync(caller, AskAsync);
        return decision.IsCompletedSuccessfully ? new(decision.Result) : new(decision.WaitAsync(cancellationToken));
    }

    public async ValueTask<IntentionDecision> DecideAgainAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken)
    {
        var decision = await DecideAsync(caller, kind, cancellationToken);
        if (decision.Reason != DecisionReason.Unknown)
            return decision;
        return _lastAllows?.Holds(caller.SpiffeId) == false
            ? Refuse(caller, DecisionReason.Stale, $"what the agent said last allows it, but is older than MaxStaleness ({_maxStaleness}).")
            : _letIn;
    }

    // The agent was asked when the connection came, and is asked again while it is open.
    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => _letIn;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _trigger.DisposeAsync();
        await _probe.DisposeAsync();
        await _verdicts.DrainAsync();
    }

    // A verdict asked for before the change must not answer after it.
    private void Turn()
    {
        _verdicts.Forget();
        Changed?.Invoke();
    }

    // Whatever goes wrong here is an answer, and the answer is no.
    private async Task<IntentionDecision> AskAsync(ConnectPeer caller)
    {
        using var limit = new CancellationTokenSource(CallLimit, _link.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            var answer = await _link.Client.AuthorizeAsync(_service, caller.SpiffeId, caller.SerialNumber, end.Token).WaitAsync(end.Token);
            Works();
            var decision = Judge(caller, answer);
            if (decision.Allowed)
                _lastAllows?.Allowed(caller.SpiffeId, answer.Age);
            else
                _lastAllows?.Denied(caller.SpiffeId);
            return decision;
        }
        catch (OperationCanceledException)
        {
            return Unknown(caller, _stopping.IsCancellationRequested ? "this service is stopping" : $"{_link.Client.Address} did not answer within {CallLimit.TotalSeconds:0} s");
        }
        catch (AgentException e) when (e.Fault == AgentFault.Permanent)
        {
            // About this caller, not about the agent.
            return Refuse(caller, DecisionReason.Unknown, $"the agent cannot decide ({Wording.Clean(e.Message)}).");
        }
        catch (Exception e)
        {
            return Unknown(caller, Wording.Clean(e.Message));
        }
    }

    private IntentionDecision Judge(ConnectPeer caller, AgentAnswer<AuthorizeVerdict> answer)
    {
        var said = Wording.Clean(answer.Value.Reason);
        var because = said.Length == 0 ? "." : $": {said}.";
        if (!answer.Value.Authorized)
            return Refuse(caller, Sort(said), $"the agent denies it{because}");

        if (_maxStaleness is { } bound && (answer.Age is null || answer.Age > bound))
            return Refuse(caller, DecisionReason.Stale, $"the agent allows it, but by what is older than MaxStaleness ({bound}){because}");

        return new(true, Sort(said), $"\"{Wording.Clean(caller.Service)}\" may call \"{_service}\": the agent allows it{because}");
    }

    // The text is for people; it sorts the metric and never decides.
    private static DecisionReason Sort(string said) => said switch
    {
        _ when said.StartsWith("Matched L7", StringComparison.Ordinal) => DecisionReason.Permissions,
        _ when said.StartsWith("Default ", StringComparison.Ordinal) || said.StartsWith("ACLs disabled", StringComparison.Ordinal) => DecisionReason.DefaultPolicy,
        _ => DecisionReason.Intention,
    };

    private IntentionDecision Unknown(ConnectPeer caller, string problem)
    {
        if (!_stopping.IsCancellationRequested && Interlocked.Exchange(ref _problem, problem) is null)
            _link.Logger.AuthorizeFails(_service, problem);
        return Refuse(caller, DecisionReason.Unknown, $"the agent did not say whether it may ({problem}).");
    }

    private IntentionDecision Refuse(ConnectPeer caller, DecisionReason reason, string because) =>
        new(false, reason, $"{Wording.MayNot(caller, _service)}: {because}");

    private void Works()
    {
        if (Interlocked.Exchange(ref _problem, null) is not null)
            _link.Logger.AuthorizeWorks(_service);
    }

    private void Accept(DefaultPolicyAnswer answer, WatchFreshness freshness)
    {
        _default = answer;
        Turn();
        _link.Logger.DefaultPolicyAnswered(_service, answer);
        _ready.TrySetResult();
    }
}
