using System.Diagnostics.CodeAnalysis;
using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// Asks the agent what holds for a caller no intention names, by asking about a caller no intention can name. On a community agent
/// the sources of all intentions live in the namespace <c>default</c>, so not even <c>*</c> names one in a namespace that does not
/// exist. Enterprise has sources in any namespace; with one of those the agent's own settings are read instead.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer or wait handle holds nothing.")]
internal sealed class DefaultPolicyProbe : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly AgentLink _link;
    private readonly string _service;
    private readonly Func<ConnectPeer?> _self;
    private readonly Func<bool> _namesEveryNamespace;
    private readonly TimeSpan _interval;
    private readonly Action _refused;
    private readonly AgentWatch<DefaultPolicyAnswer> _watch;
    private CancellationTokenSource _asked = new();
    private ulong _turn;

    /// <param name="self">This service; null while its own certificate is not there.</param>
    /// <param name="namesEveryNamespace">Whether an intention names sources in every namespace.</param>
    /// <param name="interval">How often to ask, at least.</param>
    /// <param name="answered">Takes an answer that differs from the last, on the loop's thread.</param>
    /// <param name="refused">Called when the agent answers, and does not say.</param>
    public DefaultPolicyProbe(AgentLink link, string service, Func<ConnectPeer?> self, Func<bool> namesEveryNamespace, TimeSpan interval, Action<DefaultPolicyAnswer, WatchFreshness> answered, Action refused)
    {
        _link = link;
        _service = service;
        _self = self;
        _namesEveryNamespace = namesEveryNamespace;
        _interval = interval;
        _refused = refused;
        _watch = new("default_policy", FetchAsync, (answer, freshness) =>
        {
            answered(answer, freshness);
            return null;
        }, link);
    }

    /// <summary>Why the last probe gave no answer; null when it did.</summary>
    public string? LastError => _watch.LastError;

    public WatchState State => _watch.State;

    public void Start() => _watch.Start();

    /// <summary>Ask now: the agent may have become another one.</summary>
    public void AskAgain() => Volatile.Read(ref _asked).Cancel();

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    // To the loop this is a blocking query, which waits here until there is a reason to ask and only then costs the agent a call.
    private async Task<AgentAnswer<DefaultPolicyAnswer>> FetchAsync(BlockingQuery query, CancellationToken cancellationToken)
    {
        if (query.Index != 0)
            await WaitForReasonAsync(cancellationToken);
        var self = await WaitForSelfAsync(cancellationToken);

        // A reason that comes up from here on is worth another turn.
        Volatile.Write(ref _asked, new());
        try
        {
            var answer = _namesEveryNamespace() ? await AskSettingsAsync(cancellationToken) : await AskAboutNobodyAsync(self, cancellationToken);
            return answer with { Index = ++_turn };
        }
        catch (AgentException e) when (e.IsAnswer)
        {
            _refused();
            throw;
        }
    }

    private async Task WaitForReasonAsync(CancellationToken cancellationToken)
    {
        using var reason = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _asked.Token, _link.Recovery);
        try
        {
            await Task.Delay(_interval, _link.Time, reason.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The agent may have become another one.
        }
    }

    // It comes by another watch, and why it is missing is for that one to say.
    private async Task<ConnectPeer> WaitForSelfAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_self() is { } self)
                return self;
            await Task.Delay(Glance, _link.Time, cancellationToken);
        }
    }

    private async Task<AgentAnswer<DefaultPolicyAnswer>> AskAboutNobodyAsync(ConnectPeer self, CancellationToken cancellationToken)
    {
        var nobody = $"spiffe://{self.TrustDomain}/ns/{Guid.NewGuid():D}/dc/{self.Datacenter}/svc/{Guid.NewGuid():D}";
        var answer = await _link.Client.AuthorizeAsync(_service, nobody, self.SerialNumber, cancellationToken);
        var reason = Wording.Clean(answer.Value.Reason);
        return Answer(answer.Value.Authorized, reason.Length == 0 ? "the agent's answer" : $"the agent says: {reason}", answer.Age);
    }

    private async Task<AgentAnswer<DefaultPolicyAnswer>> AskSettingsAsync(CancellationToken cancellationToken)
    {
        var answer = await _link.Client.GetSelfAsync(cancellationToken);
        return answer.Value switch
        {
            { DefaultIntentionPolicy: { Length: > 0 } policy } => Answer(policy == "allow", "default_intention_policy of the agent", answer.Age),
            { AclsEnabled: false } => Answer(true, "ACLs are disabled", answer.Age),
            { AclDefaultPolicy: { Length: > 0 } policy } => Answer(policy == "allow", "the agent's ACL default policy", answer.Age),
            _ => Answer(false, "the agent's settings name none", answer.Age),
        };
    }

    private AgentAnswer<DefaultPolicyAnswer> Answer(bool allowed, string origin, TimeSpan? age)
    {
        var answer = new DefaultPolicyAnswer(allowed, _service, origin);
        return new(answer, null, null, age, $"{answer} {origin}");
    }
}
