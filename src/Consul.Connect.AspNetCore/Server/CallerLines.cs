using System.Collections.Concurrent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>Which lines about refused callers are due: one a minute for each caller and reason, for as many as are remembered.</summary>
internal sealed class CallerLines(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private const int Remembered = 256;

    private readonly ConcurrentDictionary<(string Caller, DecisionReason Reason), long> _last = new();

    public bool IsDue(ConnectPeer caller, DecisionReason reason)
    {
        if (_last.Count >= Remembered)
            _last.Clear();
        var now = time.GetTimestamp();
        var last = _last.GetOrAdd((caller.SpiffeId, reason), long.MinValue);
        return (last == long.MinValue || time.GetElapsedTime(last, now) >= Pause) && _last.TryUpdate((caller.SpiffeId, reason), now, last);
    }
}
