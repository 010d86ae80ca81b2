namespace ConsulConnect.Registration;

/// <summary>
/// How quickly an entry is taken back from others that register under its id: at once and then each second, as after an operator's
/// mistakes; ever more slowly when it goes on, because then two processes take it from each other.
/// </summary>
internal sealed class TakeBackPace(TimeProvider time)
{
    /// <summary>As often as this is a mistake; more often is a contest.</summary>
    private const int Mistakes = 5;

    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _count;
    private bool _said;
    private long _last;

    /// <summary>Whether somebody else does not let go.</summary>
    public bool IsContest => _count >= Mistakes;

    /// <summary>Whether that is to be said: once for each contest, and not lost when taking it back fails just then.</summary>
    public bool SayContest()
    {
        if (!IsContest || _said)
            return false;
        return _said = true;
    }

    /// <summary>Counts one more, and says how long to wait with it.</summary>
    public TimeSpan Next()
    {
        if (_count > 0 && time.GetElapsedTime(_last) > Calm + Longest)
            (_count, _said) = (0, false);
        _last = time.GetTimestamp();
        var before = _count++;
        var pause = TimeSpan.FromSeconds(before == 0 ? 0 : Math.Pow(2, Math.Max(0, Math.Min(before - Mistakes + 1, 10))));
        return pause < Longest ? pause : Longest;
    }
}
