namespace ConsulConnect.DevAgent.Http;

/// <summary>
/// Which reads the agent's cache would hold. The answers themselves are always fresh, as those of a cache that follows every change.
/// </summary>
internal sealed class CachedReads
{
    private const int Most = 4096;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Whether this read, by this token, was asked for before.</summary>
    public bool Meet(AgentCall call)
    {
        // Blocking on it, or asking to have it fresher, does not make it another one.
        var parameters = call.Query.Where(one => one.Key is not ("index" or "wait" or "pretty" or "token" or "cached" or "stale")).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}");
        var key = $"{call.Path}?{string.Join('&', parameters)}#{call.Token}";
        lock (_gate)
        {
            if (_known.Count >= Most)
                _known.Clear();
            return !_known.Add(key);
        }
    }
}
