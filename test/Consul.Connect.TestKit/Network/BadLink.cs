using System.Net;
using System.Net.Sockets;

namespace ConsulConnect.TestKit;

/// <summary>A TCP relay that misbehaves when told to. Place it between an app and its agent, or between two apps.</summary>
public sealed class BadLink : IAsyncDisposable
{
    private readonly int _targetPort;
    private readonly Lock _lock = new();
    private readonly HashSet<BadLinkConnection> _connections = [];
    private readonly List<TaskCompletionSource> _acceptWaiters = [];
    private Socket _listener;
    private Task _accepting;
    private TaskCompletionSource? _stall;
    private volatile int _bytesPerSecond;
    private TimeSpan _life = Timeout.InfiniteTimeSpan;

    /// <param name="targetPort">Where it leads, on loopback.</param>
    public BadLink(int targetPort)
    {
        _targetPort = targetPort;
        _listener = Bind(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Listen();
    }

    /// <param name="target">Where it leads: the host is loopback, only the port counts.</param>
    public BadLink(Uri target)
        : this((target ?? throw new ArgumentNullException(nameof(target))).Port)
    {
    }

    public int Port { get; }

    /// <summary>For an agent behind it: <c>http://127.0.0.1:port</c>.</summary>
    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>How many connections are open now.</summary>
    public int Connections
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    /// <summary>How many there ever were.</summary>
    public int Accepted { get; private set; }

    /// <summary>Resets every open connection. New ones are served.</summary>
    public void Cut()
    {
        BadLinkConnection[] open;
        lock (_lock)
            open = [.. _connections];
        foreach (var connection in open)
            connection.Reset();
    }

    /// <summary>Nothing passes any more, in either direction; connections stay open and new ones are accepted.</summary>
    public void Stall()
    {
        lock (_lock)
            _stall ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>At most so many bytes a second pass, in each direction of each connection.</summary>
    public void Trickle(int bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        _bytesPerSecond = bytesPerSecond;
    }

    /// <summary>Ends <see cref="Stall"/> and <see cref="Trickle"/>: what was held back passes now.</summary>
    public void Flow()
    {
        _bytesPerSecond = 0;
        lock (_lock)
        {
            _stall?.SetResult();
            _stall = null;
        }
    }

    /// <summary>New connections are refused, as if nobody listened. Open ones go on.</summary>
    public void Refuse()
    {
        // A socket that is bound and does not listen keeps the port for us and refuses whoever comes.
        _listener.Dispose();
        _listener = Bind(Port);
    }

    /// <summary>Ends <see cref="Refuse"/>.</summary>
    public void Accept() => _accepting = Listen();

    /// <summary>From now on every new connection is reset when it is so old, whatever it does, as by an agent or a proxy that cuts long requests.</summary>
    public void CutAfter(TimeSpan life)
    {
        lock (_lock)
            _life = life;
    }

    /// <summary>Completes when there were so many connections.</summary>
    public async Task WaitForAcceptedAsync(int count, TimeSpan? timeout = null)
    {
        while (true)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (Accepted >= count)
                    return;
                _acceptWaiters.Add(next);
            }

            await next.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut();
    }

    internal async Task PassAsync(CancellationToken ending)
    {
        Task? stalled;
        lock (_lock)
            stalled = _stall?.Task;
        if (stalled is not null)
            await stalled.WaitAsync(ending);
    }

    /// <returns>How many bytes may pass at once, and the pause after them.</returns>
    internal (int Bytes, TimeSpan Pause) Portion(int available) =>
        _bytesPerSecond is var rate && rate == 0 ? (available, TimeSpan.Zero)
        : Math.Min(available, Math.Max(1, rate / 20)) is var bytes ? (bytes, TimeSpan.FromSeconds((double)bytes / rate)) : default;

    internal void Remove(BadLinkConnection connection)
    {
        lock (_lock)
            _connections.Remove(connection);
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private Task Listen()
    {
        _listener.Listen();
        return AcceptAsync(_listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var caller = await listener.AcceptAsync();
                lock (_lock)
                {
                    var connection = new BadLinkConnection(this, caller, _targetPort, _life);
                    _connections.Add(connection);
                    connection.Start();
                    Accepted++;
                    _acceptWaiters.ForEach(waiter => waiter.TrySetResult());
                    _acceptWaiters.Clear();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }
}
