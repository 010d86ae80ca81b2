using System.Collections.Concurrent;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>Tells a first read from a later one, which is all that the cache of this agent has to show: what it answers is never old.</summary>
internal sealed class AgentCache
{
    // Whoever asks with ever new tokens must not fill the memory.
    private const int Limit = 10_000;

    private readonly ConcurrentDictionary<(string Token, string Key), byte> _seen = [];

    /// <summary>True: somebody with this token has read this before.</summary>
    public bool Hit(string token, string key)
    {
        if (_seen.Count >= Limit)
            _seen.Clear();
        return !_seen.TryAdd((token, key), 0);
    }
}
