using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConsulConnect.Server;

/// <summary>The listeners that became mesh listeners, in the order they did; a configuration reload adds the rebound one.</summary>
internal sealed class MeshListeners
{
    private readonly Lock _lock = new();
    private readonly List<ListenOptions> _listeners = [];

    public bool Any
    {
        get
        {
            lock (_lock)
                return _listeners.Count > 0;
        }
    }

    public void Add(ListenOptions listener)
    {
        lock (_lock)
            _listeners.Add(listener);
    }

    public bool Contains(ListenOptions listener)
    {
        lock (_lock)
            return _listeners.Contains(listener);
    }

    /// <summary>Where callers reach the newest listener; Kestrel fills in the real port when it binds. Null for a unix socket or a handle.</summary>
    public IPEndPoint? Bound
    {
        get
        {
            lock (_lock)
                return _listeners.Select(l => l.EndPoint).OfType<IPEndPoint>().LastOrDefault();
        }
    }

    /// <summary>For messages.</summary>
    public string Display
    {
        get
        {
            lock (_lock)
                return _listeners.Count == 0 ? "no listener" : string.Join(", ", _listeners);
        }
    }
}
