using Microsoft.AspNetCore.Connections;

namespace ConsulConnect.Server;

/// <summary>
/// Bounds the handshakes under way. When all places are taken, the oldest connection that has not sent a complete ClientHello
/// makes room for the newcomer, so that silent connections cannot lock callers out.
/// </summary>
internal sealed class HandshakeGate(int places, RefusalReport refusals)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Place> _silent = [];
    private int _taken;

    /// <summary>A place, or null when every handshake under way has shown its ClientHello.</summary>
    public Place? Enter(ConnectionContext connection, MeshConnection mesh)
    {
        Place? victim = null;
        Place place;
        lock (_lock)
        {
            if (_taken >= places)
            {
                if (_silent.First is not { } oldest)
                    return null;
                victim = oldest.Value;
                Release(victim);
            }

            place = new(this, connection, mesh);
            place.Node = _silent.AddLast(place);
            _taken++;
        }

        if (victim is not null)
        {
            refusals.Shed(victim.Mesh);
            victim.Connection.Abort(new ConnectionAbortedException("Closed before a complete ClientHello to make room for another handshake."));
        }

        return place;
    }

    private void HelloSeen(Place place)
    {
        lock (_lock)
            Unlist(place);
    }

    private void Leave(Place place)
    {
        lock (_lock)
            Release(place);
    }

    private void Release(Place place)
    {
        Unlist(place);
        if (place.Left)
            return;
        place.Left = true;
        _taken--;
    }

    private void Unlist(Place place)
    {
        if (place.Node is { } node)
            _silent.Remove(node);
        place.Node = null;
    }

    internal sealed class Place(HandshakeGate gate, ConnectionContext connection, MeshConnection mesh) : IDisposable
    {
        public ConnectionContext Connection { get; } = connection;

        public MeshConnection Mesh { get; } = mesh;

        public LinkedListNode<Place>? Node { get; set; }

        public bool Left { get; set; }

        public void HelloSeen() => gate.HelloSeen(this);

        /// <summary>The handshake is over, one way or the other. May be called again.</summary>
        public void Dispose() => gate.Leave(this);
    }
}
