using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>
/// Which lines about refused callers are due: one a minute for each caller and reason, and for no more of them than are remembered, so
/// that many identities write no more than many requests of one.
/// </summary>
internal sealed class CallerLines(TimeProvider time)
{
    public const int Remembered = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Caller, DecisionReason Reason), long> _last = [];

    public bool IsDue(ConnectPeer caller, DecisionReason reason)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_last.TryGetValue((caller.SpiffeId, reason), out var last) ? time.GetElapsedTime(last, now) < Pause : !HasRoom(now))
                return false;
            _last[(caller.SpiffeId, reason)] = now;
            return true;
        }
    }

    private bool HasRoom(long now)
    {
        if (_last.Count < Remembered)
            return true;
        foreach (var (key, last) in _last)
        {
            if (time.GetElapsedTime(last, now) >= Pause)
                _last.Remove(key);
        }

        return _last.Count < Remembered;
    }
}
