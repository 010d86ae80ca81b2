using System.Collections.Concurrent;

namespace ConsulConnect.Server;

/// <summary>The open connections of one identity of this process.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<Entry, byte> _open = new();

    public int Count => _open.Count;

    /// <summary>An authorized connection begins; disposing what is returned ends it.</summary>
    /// <param name="requestClose">Asks for a graceful end: nothing new begins, what runs may finish.</param>
    /// <param name="abort">Ends it now.</param>
    public IDisposable Enter(MeshConnection connection, Action requestClose, Action abort)
    {
        var entry = new Entry(this, connection, requestClose, abort);
        _open.TryAdd(entry, 0);
        return entry;
    }

    private sealed class Entry(ConnectionRegistry registry, MeshConnection connection, Action requestClose, Action abort) : IDisposable
    {
        public MeshConnection Connection { get; } = connection;

        public void RequestClose() => requestClose();

        public void Abort() => abort();

        public void Dispose() => registry._open.TryRemove(this, out _);
    }
}
