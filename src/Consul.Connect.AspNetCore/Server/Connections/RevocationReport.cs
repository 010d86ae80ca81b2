using ConsulConnect.Intentions;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Server;

/// <summary>One line for each look that took a right, however many connections it was about.</summary>
internal sealed class RevocationReport(string service, ConnectMetrics metrics, ILogger logger)
{
    private const int CallersNamed = 5;

    public Tally Begin() => new(this);

    public static CloseReason Of(in IntentionDecision denied) => denied.Reason switch
    {
        DecisionReason.Stale or DecisionReason.Unknown or DecisionReason.PolicyError => CloseReason.Stale,
        _ => CloseReason.Intention,
    };

    public void Failed(ConnectPeer caller, Exception fault)
    {
        try
        {
            Log.JudgingFailed(logger, caller.SpiffeId, fault.GetType().Name);
        }
        catch (Exception)
        {
            // A log sink that throws must not end the loop.
        }
    }

    private static string Name(CloseReason reason) => reason switch
    {
        CloseReason.Intention => "intention",
        CloseReason.LeafExpired => "leaf_expired",
        CloseReason.Roots => "roots",
        CloseReason.Stale => "stale",
        _ => "lifetime",
    };

    /// <summary>What one look has done.</summary>
    internal sealed class Tally(RevocationReport report)
    {
        private readonly SortedDictionary<CloseReason, int> _closed = [];
        private readonly HashSet<string> _callers = [];
        private int _requests;

        /// <param name="closed">False adds nothing.</param>
        public void Add(bool closed, ConnectPeer caller, CloseReason reason)
        {
            if (!closed)
                return;
            _closed[reason] = _closed.GetValueOrDefault(reason) + 1;
            _callers.Add(caller.SpiffeId);
        }

        public void AddRequests(int aborted, ConnectPeer caller)
        {
            if (aborted == 0)
                return;
            _requests += aborted;
            _callers.Add(caller.SpiffeId);
        }

        public void Report()
        {
            if (_callers.Count == 0)
                return;
            try
            {
                foreach (var (reason, count) in _closed)
                    report.Count(reason, count);
                report.Say(_closed, _requests, _callers);
            }
            catch (Exception)
            {
                // A log sink or a listener that throws must not end the loop.
            }
        }
    }

    private void Count(CloseReason reason, int count) => metrics.ConnectionsClosed(Name(reason), count);

    private void Say(SortedDictionary<CloseReason, int> closed, int requests, HashSet<string> callers)
    {
        var named = string.Join(", ", callers.Order(StringComparer.Ordinal).Take(CallersNamed));
        if (callers.Count > CallersNamed)
            named += $" and {callers.Count - CallersNamed} more";
        if (closed.Count > 0)
            Log.ConnectionsClosed(logger, service, closed.Values.Sum(), string.Join(", ", closed.Select(one => $"{Name(one.Key)} {one.Value}")), named);
        if (requests > 0)
            Log.RequestsAborted(logger, service, requests, named);
    }
}
