namespace ConsulConnect;

/// <summary>An authenticated and authorized mesh connection outside Kestrel.</summary>
public sealed class ConnectConnection : IAsyncDisposable
{
    private readonly IDisposable? _open;

    /// <param name="open">What watches over the right of a peer that called us; null where we called.</param>
    internal ConnectConnection(Stream stream, ConnectPeer peer, IDisposable? open = null)
    {
        _open = open;
        Stream = stream;
        Peer = peer;
    }

    /// <summary>
    /// The encrypted stream; what is written here only the peer can read. Where the peer called us, it is closed when the peer loses
    /// its right to the connection, after <see cref="ConnectAuthorizationOptions.RevocationGrace"/>.
    /// </summary>
    public Stream Stream { get; }

    /// <summary>The verified peer.</summary>
    public ConnectPeer Peer { get; }

    /// <summary>Closes the stream and the transport below it.</summary>
    public ValueTask DisposeAsync()
    {
        _open?.Dispose();
        return Stream.DisposeAsync();
    }
}

/// <summary>Consul's intentions, or their default, do not let this caller connect to this service.</summary>
public sealed class ConnectDeniedException : Exception
{
    internal ConnectDeniedException(string message) : base(message)
    {
    }
}
