using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConsulConnect.Server;

/// <summary>The listeners that are mesh listeners, in the order in which they became so.</summary>
internal sealed class MeshListeners
{
    private readonly Lock _lock = new();
    private readonly List<(ListenOptions Listener, bool Raw)> _all = [];

    public bool Any => Listeners.Count > 0;

    /// <summary>Where callers reach the service: its first HTTP listener, else its first. Kestrel fills in the real port when it binds. Null for a unix socket or a handle.</summary>
    public IPEndPoint? Bound => Listeners.OrderBy(one => one.Raw).Select(one => one.Listener.EndPoint).FirstOrDefault() as IPEndPoint;

    /// <summary>For messages.</summary>
    public string Display => Any ? string.Join(", ", Listeners.Select(one => one.Listener)) : "no listener";

    private IReadOnlyList<(ListenOptions Listener, bool Raw)> Listeners
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public bool Contains(ListenOptions listener) => Listeners.Any(one => one.Listener == listener);

    /// <param name="replaced">The listener whose place it takes, after a reload of the configuration.</param>
    public void Add(ListenOptions listener, bool raw, ListenOptions? replaced = null)
    {
        lock (_lock)
        {
            var place = _all.FindIndex(one => one.Listener == replaced);
            if (place < 0)
                _all.Add((listener, raw));
            else
                _all[place] = (listener, raw);
        }
    }
}
