using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>What all loops of one identity share: the client, the clock, and what one of them learns for all.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer or wait handle holds nothing.")]
internal sealed class AgentLink(IAgentClient client, TimeProvider time, TimeSpan waitTime, ILogger logger, ConnectMetrics metrics)
{
    /// <summary>Trouble shorter than this, such as one cut connection, is not worth a line.</summary>
    private static readonly TimeSpan Blip = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly long _created = time.GetTimestamp();
    private readonly HashSet<object> _troubled = [];
    private CancellationTokenSource _recovery = new();
    private long? _troubledSince;
    private bool _everAnswered;
    private bool _said;

    public IAgentClient Client { get; } = client;

    public TimeProvider Time { get; } = time;

    public TimeSpan WaitTime { get; } = waitTime;

    public ILogger Logger { get; } = new GuardedLogger(logger);

    public ConnectMetrics Metrics { get; } = metrics;

    /// <summary>Where the address came from, for the warning; null when nobody knows.</summary>
    public string? AddressOrigin { get; init; }

    /// <summary>Cancelled when a loop that had been failing, or had never succeeded, succeeds: the others need not wait either.</summary>
    public CancellationToken Recovery
    {
        get
        {
            lock (_gate)
                return _recovery.Token;
        }
    }

    /// <param name="loop">Who succeeded.</param>
    /// <param name="recovered">Whether it had been failing or had never succeeded.</param>
    public void Succeeded(object loop, bool recovered)
    {
        if (!recovered)
            return;
        CancellationTokenSource ended;
        lock (_gate)
        {
            _everAnswered = true;
            (ended, _recovery) = (_recovery, new());
        }

        Calm(loop);
        ended.Cancel();
    }

    /// <summary>A loop's call failed. An answer of the agent, even a refusal, is no trouble of the link.</summary>
    public void Failed(object loop, AgentException failure)
    {
        if (failure.IsUnexpected)
            return;
        if (failure.Fault != AgentFault.Transient)
        {
            Calm(loop);
            return;
        }

        lock (_gate)
        {
            _troubled.Add(loop);
            _troubledSince ??= _everAnswered ? Time.GetTimestamp() : _created;
            if (_said || Time.GetElapsedTime(_troubledSince.Value) < Blip)
                return;
            _said = true;
        }

        Log.AgentUnreachable(Logger, Client.Address, AddressOrigin is null ? "" : $" (from {AddressOrigin})", failure.Message, Remedy(failure));
    }

    /// <summary>A loop has ended.</summary>
    public void Leave(object loop) => EndsTrouble(loop);

    private bool EndsTrouble(object loop)
    {
        lock (_gate)
        {
            if (!_troubled.Remove(loop) || _troubled.Count > 0)
                return false;
            var said = _said;
            (_troubledSince, _said) = (null, false);
            return said;
        }
    }

    private void Calm(object loop)
    {
        if (EndsTrouble(loop))
            Log.AgentAnswers(Logger, Client.Address);
    }

    private static string Remedy(AgentException failure) =>
        failure.IsBusy ? "It limits its clients; see limits in the agent's configuration" : "Start the agent there (for a trial: consul agent -dev), or set Consul:Address to where it listens";
}
