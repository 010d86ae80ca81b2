using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>Decides from intentions that a watch keeps fresh; a decision makes no call.</summary>
internal sealed class CachedIntentions : IAuthorizer
{
    private const int MostWarnings = 20;

    private readonly AgentLink _link;
    private readonly string _service;
    private readonly TimeSpan? _maxStaleness;
    private readonly Func<ConnectPeer?> _self;
    private readonly RequestReading _reading;
    private readonly AgentWatch<IntentionMatch> _watch;
    private readonly DefaultPolicyProbe? _probe;
    private readonly Lock _writing = new();
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Snapshot _current;
    private volatile bool _defaultRefused;

    /// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
    /// <param name="reading">How requests are read.</param>
    public CachedIntentions(AgentLink link, string service, ConnectAuthorizationOptions options, Func<ConnectPeer?> self, RequestReading? reading = null)
    {
        _link = link;
        _reading = reading ?? new();
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
        if (_current.Set?.Match(caller) is null or { Effect: RuleEffect.Permissions })
            await _ready.Task.WaitAsync(cancellationToken);
    }

    public ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken)
    {
        try
        {
            var current = _current;
            return new(current.Set is not { } set ? RefuseUnread(caller)
                : set.Decide(caller, kind, out var behind) is { } decision ? Fresh(current, caller, decision)
                : DecideByDefault(current, caller, behind, isRequest: false));
        }
        catch (Exception e)
        {
            return new(RefuseFailed(caller, e));
        }
    }

    public IntentionDecision Decide(ConnectPeer caller, in RequestView request)
    {
        try
        {
            var current = _current;
            return current.Set is not { } set ? RefuseUnread(caller)
                : set.Decide(caller, in request, out var behind) is { } decision ? Fresh(current, caller, decision)
                : DecideByDefault(current, caller, behind, isRequest: true);
        }
        catch (Exception e)
        {
            return RefuseFailed(caller, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        if (_probe is not null)
            await _probe.DisposeAsync();
    }

    // A deny is honoured at any age.
    private IntentionDecision Fresh(Snapshot current, ConnectPeer caller, in IntentionDecision decision) =>
        decision.Allowed && IsStale(current.SetFreshness) ? RefuseStale(caller, decision.IsPerRequest) : decision;

    private IntentionDecision DecideByDefault(Snapshot current, ConnectPeer caller, IntentionRule? behind, bool isRequest)
    {
        var perRequest = behind is not null;
        if (current.Default is not { } byDefault)
            return Refuse(caller, DecisionReason.Unknown, $"{Left(behind)}, and the default policy is not known{Because(_probe?.LastError)}.", perRequest);

        if (byDefault.Allowed && _probe is not null)
        {
            if (_self() is not { } self)
                return Refuse(caller, DecisionReason.Unknown, $"{Left(behind)}, and while this service has no certificate nobody can tell whether the default policy reaches it.", perRequest);

            // Asked about a caller of another partition, agents of every version answer with an error.
            if (!string.Equals(caller.Partition, self.Partition, StringComparison.OrdinalIgnoreCase))
                return Refuse(caller, DecisionReason.Unknown, $"{Left(behind)}, and the agent's default policy does not reach into another partition.", perRequest);
        }

        if (byDefault.Allowed && (IsStale(current.SetFreshness) || (_probe is not null && IsStale(current.DefaultFreshness))))
            return RefuseStale(caller, perRequest);
        return behind?.Requests is not { } requests ? byDefault.Decide(caller)
            : isRequest ? requests.DecideByDefault(caller, byDefault) : requests.OpenByDefault(caller, byDefault);
    }

    private bool IsStale(WatchFreshness? freshness) => _maxStaleness is { } bound && (freshness?.SinceConfirmed is not { } age || age > bound);

    private IntentionDecision RefuseUnread(ConnectPeer caller) =>
        Refuse(caller, DecisionReason.Unknown, $"the agent has not said yet which intentions there are{Because(_watch.LastError)}.", isPerRequest: false);

    private IntentionDecision RefuseStale(ConnectPeer caller, bool isPerRequest) =>
        Refuse(caller, DecisionReason.Stale, $"what the agent said last allows it, but is older than MaxStaleness ({_maxStaleness}){Because(LastError)}.", isPerRequest);

    // A defect of ours, and whoever asks goes on living: unknown means denied.
    private IntentionDecision RefuseFailed(ConnectPeer caller, Exception exception) =>
        Refuse(caller, DecisionReason.PolicyError, $"deciding failed ({exception.GetType().Name}: {Wording.Clean(exception.Message)}).", isPerRequest: false);

    private IntentionDecision Refuse(ConnectPeer caller, DecisionReason reason, string because, bool isPerRequest) =>
        new(false, reason, $"{Wording.MayNot(caller, _service)}: {because}") { IsPerRequest = isPerRequest };

    private static string Left(IntentionRule? behind) => behind is null ? "no intention names it" : $"no permission of the intention {behind.Name} matches";

    private static string Because(string? error) => error is null ? "" : $" ({error})";

    private string? Accept(IntentionMatch match, WatchFreshness freshness)
    {
        var set = new IntentionSet(match, _service, _reading);
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
        Warn(set.Warnings.Except(before?.Warnings ?? []).ToList());
        return null;
    }

    private void Warn(List<string> warnings)
    {
        foreach (var warning in warnings.Take(MostWarnings))
            _link.Logger.PermissionMisleads(warning);
        if (warnings.Count > MostWarnings)
            _link.Logger.MorePermissionsMislead(_service, warnings.Count - MostWarnings);
    }

    private void Accept(DefaultPolicyAnswer answer, WatchFreshness freshness)
    {
        lock (_writing)
            _current = _current with { Default = answer, DefaultFreshness = freshness };
        Changed?.Invoke();
        _link.Logger.DefaultPolicyAnswered(_service, answer);
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
