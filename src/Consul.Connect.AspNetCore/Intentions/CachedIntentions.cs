using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>Decides from intentions that a watch keeps fresh; a decision makes no call.</summary>
internal sealed class CachedIntentions : IAuthorizer
{
    private readonly AgentLink _link;
    private readonly string _service;
    private readonly TimeSpan? _maxStaleness;
    private readonly Func<ConnectPeer?> _self;
    private readonly AgentWatch<IntentionMatch> _watch;
    private readonly DefaultPolicyProbe? _probe;
    private readonly Lock _writing = new();
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Snapshot _current;
    private volatile bool _defaultRefused;

    /// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
    public CachedIntentions(AgentLink link, string service, ConnectAuthorizationOptions options, Func<ConnectPeer?> self)
    {
        _link = link;
        _service = service;
        _maxStaleness = options.MaxStaleness;
        _self = self;
        DefaultPolicyAnswer? stated = options.DefaultPolicy switch
        {
            ConnectDefaultPolicy.Allow => new(true, service, "as configured"),
            ConnectDefaultPolicy.Deny => new(false, service, "as configured"),
            _ => null,
        };
        _current = new(null, null, stated, null);

        // In quiet times only an answered wait confirms what we have: two must fit into the bound.
        var longestWait = options.MaxStaleness / 2;
        if (_current.Default is null)
        {
            var interval = longestWait < DefaultPolicyProbe.Interval ? longestWait.Value : DefaultPolicyProbe.Interval;
            _probe = new(link, service, self, () => _current.Set is { NamesEveryNamespace: true }, interval, Accept, DefaultRefused);
        }

        var fetch = new IntentionFetch(link, service, longestWait,
            () => _probe?.AskAgain(),
            problem => link.Logger.PollingIntentions(service, problem, options.PollInterval));
        _watch = new("intentions", fetch.FetchAsync, Accept, link, new() { Poll = options.PollInterval });
    }

    public bool IsReady => _ready.Task.IsCompleted;

    public string? LastError => _watch.LastError ?? _probe?.LastError;

    public string DefaultPolicy => _current.Default?.ToString() ?? "unknown";

    public string? Warning => _current.Set?.NotUnderstood;

    public IReadOnlyList<WatchState> Watches => _probe is null ? [_watch.State] : [_watch.State, _probe.State];

    public event Action? Changed;

    public void Start() => _watch.Start();

    public Task WaitReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Whom an intention names need not wait for the default policy.</summary>
    public async Task WaitReadyAsync(ConnectPeer caller, CancellationToken cancellationToken)
    {
        await _read.Task.WaitAsync(cancellationToken);
        if (_current.Set?.Match(caller) is null)
            await _ready.Task.WaitAsync(cancellationToken);
    }

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken) => new(Decide(caller));

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request) => Decide(caller);

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        if (_probe is not null)
            await _probe.DisposeAsync();
    }

    private IntentionDecision Decide(ConnectPeer caller)
    {
        var (set, setFreshness, byDefault, defaultFreshness) = _current;
        if (set is null)
            return Refuse(caller, DecisionReason.Unknown, $"the agent has not said yet which intentions there are{Because(_watch.LastError)}.");

        if (set.Decide(caller) is { } decision)
            return decision.Allowed && IsStale(setFreshness) ? RefuseStale(caller) : decision;

        if (byDefault is null)
            return Refuse(caller, DecisionReason.Unknown, $"no intention names it, and the default policy is not known{Because(_probe?.LastError)}.");

        if (byDefault.Allowed && _probe is not null)
        {
            if (_self() is not { } self)
                return Refuse(caller, DecisionReason.Unknown, "no intention names it, and while this service has no certificate nobody can tell whether the default policy reaches it.");

            // Asked about a caller of another partition, agents of every version answer with an error.
            if (!string.Equals(caller.Partition, self.Partition, StringComparison.OrdinalIgnoreCase))
                return Refuse(caller, DecisionReason.Unknown, "no intention names it, and the agent's default policy does not reach into another partition.");
        }

        return byDefault.Allowed && (IsStale(setFreshness) || (_probe is not null && IsStale(defaultFreshness)))
            ? RefuseStale(caller)
            : byDefault.Decide(caller);
    }

    private bool IsStale(WatchFreshness? freshness) => _maxStaleness is { } bound && (freshness?.SinceConfirmed is not { } age || age > bound);

    private IntentionDecision RefuseStale(ConnectPeer caller) =>
        Refuse(caller, DecisionReason.Stale, $"what the agent said last allows it, but is older than MaxStaleness ({_maxStaleness}){Because(LastError)}.");

    private IntentionDecision Refuse(ConnectPeer caller, DecisionReason reason, string because) =>
        new(false, reason, $"{Wording.MayNot(caller, _service)}: {because}");

    private static string Because(string? error) => error is null ? "" : $" ({error})";

    private string? Accept(IntentionMatch match, WatchFreshness freshness)
    {
        var set = new IntentionSet(match, _service);
        IntentionSet? before;
        lock (_writing)
        {
            before = _current.Set;
            _current = _current with { Set = set, SetFreshness = freshness };
        }

        _read.TrySetResult();

        // How to ask for the default policy depends on what the intentions name.
        if (before is null)
            _probe?.Start();
        else if (set.NamesEveryNamespace != before.NamesEveryNamespace)
            _probe?.AskAgain();
        SignalReady();

        Changed?.Invoke();
        _link.Logger.IntentionsChanged(_service, set.Count);
        if (set.NotUnderstood is { } rule && rule != before?.NotUnderstood)
            _link.Logger.IntentionNotUnderstood(rule);
        return null;
    }

    private void Accept(DefaultPolicyAnswer answer, WatchFreshness freshness)
    {
        lock (_writing)
            _current = _current with { Default = answer, DefaultFreshness = freshness };
        Changed?.Invoke();
        _link.Logger.DefaultPolicyKnown(_service, answer.ToString(), answer.Origin);
        SignalReady();
    }

    private void DefaultRefused()
    {
        _defaultRefused = true;
        SignalReady();
    }

    // A default policy the agent does not tell is a denial, not something to wait for.
    private void SignalReady()
    {
        if (_current is { Set: not null } current && (current.Default is not null || _defaultRefused))
            _ready.TrySetResult();
    }

    /// <summary>Each part with its own freshness; a configured default has none, for it never grows old.</summary>
    private sealed record Snapshot(IntentionSet? Set, WatchFreshness? SetFreshness, DefaultPolicyAnswer? Default, WatchFreshness? DefaultFreshness);
}
