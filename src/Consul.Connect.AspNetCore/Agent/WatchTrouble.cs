using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>What goes wrong in one loop: the last error, the pause after it, and one line per change.</summary>
internal sealed class WatchTrouble(string watch, AgentLink link)
{
    /// <summary>How long agents may not know a token yet, because they resolve tokens by stale reads.</summary>
    private static readonly TimeSpan TokenSettles = TimeSpan.FromSeconds(60);

    private (AgentFault Fault, bool Busy)? _failing;
    private int _before;
    private long _credentialsSince;
    private bool _everAnswered;
    private string? _said;
    private volatile string? _lastError;

    // A timestamp and one more, so that 0 says never.
    private long _deniedSince;

    public string? LastError => _lastError;

    /// <summary>For how long the agent has answered 403, if anything; null when it does not.</summary>
    public TimeSpan? Denied => Volatile.Read(ref _deniedSince) is not 0 and var since ? link.Time.GetElapsedTime(since - 1) : null;

    /// <summary>The loop starts, or starts over with another token.</summary>
    public void CredentialsChanged()
    {
        _credentialsSince = link.Time.GetTimestamp();
        _said = null;
        StartOver();
    }

    /// <summary>The next pause is the first one again.</summary>
    public void StartOver() => _before = -1;

    /// <summary>Counts a failure; <see cref="Tell"/> says it.</summary>
    /// <returns>How long to pause.</returns>
    public TimeSpan Failed(AgentException failure)
    {
        _lastError = failure.Message;
        if (failure.Fault == AgentFault.Denied && _deniedSince == 0)
            Volatile.Write(ref _deniedSince, link.Time.GetTimestamp() + 1);
        var sort = (failure.Fault, failure.IsBusy);
        _before = sort == _failing && !Settles(failure) ? _before + 1 : 0;
        _failing = sort;
        return BackOff.After(failure, _before);
    }

    /// <param name="failure">What went wrong.</param>
    /// <param name="heals">Whether somebody makes what is missing.</param>
    public void Tell(AgentException failure, bool heals)
    {
        if (Settles(failure))
            Say("settling", () => Log.TokenNotKnownYet(link.Logger, watch, failure.Message));
        else if (failure.IsUnexpected)
            Say(failure.Message, () => Log.UnexpectedFailure(link.Logger, watch, failure.InnerException ?? failure));
        else if (failure.Fault == AgentFault.Denied)
            Say("denied", () => Log.Denied(link.Logger, watch, failure.Message));
        else if (failure.Fault != AgentFault.Transient && !(failure.Fault == AgentFault.Missing && heals))
            Say(failure.Message, () => Log.Failed(link.Logger, failure.Fault == AgentFault.Malformed ? LogLevel.Warning : LogLevel.Error, watch, failure.Message));
        link.Metrics.WatchTurned(watch, "error", Name(failure));
    }

    /// <summary>The agent answered well.</summary>
    /// <returns>Whether the loop had been failing or had never succeeded.</returns>
    public bool Answered()
    {
        var recovered = _failing is not null || !_everAnswered;
        (_failing, _everAnswered) = (null, true);
        Volatile.Write(ref _deniedSince, 0);
        return recovered;
    }

    public void Rejected(string reason)
    {
        _lastError = reason;
        Say("rejected: " + reason, () => Log.Rejected(link.Logger, watch, reason));
    }

    /// <param name="ageUnknown">The answer does not tell how old it is.</param>
    public void Confirmed(bool ageUnknown)
    {
        _lastError = ageUnknown ? $"the agent's answer for {watch} does not say how old it is" : null;
        if (_said is not null)
            Log.Recovered(link.Logger, watch);
        _said = null;
    }

    private static string Name(AgentException failure) => failure switch
    {
        { IsUnexpected: true } => "unexpected",
        { IsBusy: true } => "busy",
        { Fault: AgentFault.Denied } => "denied",
        { Fault: AgentFault.Missing } => "missing",
        { Fault: AgentFault.Permanent } => "permanent",
        { Fault: AgentFault.Malformed } => "malformed",
        _ => "transient",
    };

    private bool Settles(AgentException failure) => failure.IsUnknownToken && link.Time.GetElapsedTime(_credentialsSince) < TokenSettles;

    private void Say(string what, Action line)
    {
        if (_said == what)
            return;
        _said = what;
        line();
    }
}
