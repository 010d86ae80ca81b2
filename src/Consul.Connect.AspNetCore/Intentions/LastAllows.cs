using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// How old the last allow of each caller is, for those whose connections stay open while the agent cannot be asked. Bounded by time:
/// what is older than the bound allows nothing and is forgotten.
/// </summary>
internal sealed class LastAllows(TimeProvider time, TimeSpan bound)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WatchFreshness> _byIdentity = new(StringComparer.Ordinal);
    private int _full = 64;

    /// <param name="age">How old the agent said its answer was.</param>
    public void Allowed(string identity, TimeSpan? age)
    {
        lock (_gate)
        {
            if (!_byIdentity.TryGetValue(identity, out var last))
            {
                if (_byIdentity.Count >= _full)
                    Forget();
                _byIdentity[identity] = last = new(time);
            }

            last.Confirm(age);
        }
    }

    public void Denied(string identity)
    {
        lock (_gate)
            _byIdentity.Remove(identity);
    }

    public bool Holds(string identity)
    {
        lock (_gate)
            return _byIdentity.TryGetValue(identity, out var last) && IsFresh(last);
    }

    private bool IsFresh(WatchFreshness last) => last.SinceConfirmed is { } age && age <= bound;

    private void Forget()
    {
        foreach (var (identity, last) in _byIdentity)
        {
            if (!IsFresh(last))
                _byIdentity.Remove(identity);
        }

        _full = Math.Max(64, 2 * _byIdentity.Count);
    }
}
