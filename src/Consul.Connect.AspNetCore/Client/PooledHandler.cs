using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

/// <summary>
/// .NET's HTTP handler for one instance, one protocol and one generation of our credentials. Each request holds a lease on it, its
/// response's body included; a retired one takes no new requests and is disposed when the last lease ends.
/// </summary>
internal sealed class PooledHandler : IDisposable
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _invoker;
    private readonly TimeProvider _time;
    private int _leases = 1;
    private int _retired;
    private long _end;
    private volatile ConnectDeniedException? _refusal;

    /// <param name="dial">Opens a connection to the instance.</param>
    /// <param name="credentials">The generation it belongs to.</param>
    /// <param name="time">The clock of its life.</param>
    public PooledHandler(Func<CancellationToken, ValueTask<MeshStream>> dial, MeshCredentials credentials, TimeProvider time)
    {
        _time = time;
        Generation = credentials.Generation;
        // Not all of them at once.
        _end = (time.GetUtcNow() + (LongestLife * (1 - (Random.Shared.NextDouble() / 5)))).UtcTicks;
        EndBefore(credentials.NotAfter);
        _invoker = new(
            new SocketsHttpHandler
            {
                // A proxy from the environment, a redirect or a cookie would lead out of the mesh.
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = PingDelay,
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var stream = await dial(cancellationToken);
                    EndBefore(stream.Verified!.NotAfter);
                    stream.Refused = refusal => _refusal = refusal;
                    return stream;
                },
            },
            disposeHandler: true);
    }

    public long Generation { get; }

    /// <summary>Whether it is at its end: by age, or because a certificate of one of its connections ends.</summary>
    public bool IsWornAt(DateTimeOffset now) => Volatile.Read(ref _end) <= now.UtcTicks;

    /// <summary>The last time the instance refused one of its connections.</summary>
    public ConnectDeniedException? Refusal => _refusal;

    public bool TryAcquire()
    {
        var leases = Volatile.Read(ref _leases);
        while (leases > 0)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases)
                return true;
            leases = seen;
        }

        return false;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
            _invoker.Dispose();
    }

    /// <summary>The same as <see cref="Retire"/>: what is under way ends in peace.</summary>
    public void Dispose() => Retire();

    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
            Release();
    }

    // Some time before a certificate's end, so that no request begins on a connection that its server is about to cut.
    private void EndBefore(DateTimeOffset notAfter)
    {
        var now = _time.GetUtcNow();
        var margin = (notAfter - now) / 10;
        var end = (notAfter - (margin < TimeSpan.FromSeconds(30) ? margin : TimeSpan.FromSeconds(30))).UtcTicks;
        var seen = Volatile.Read(ref _end);
        while (end < seen)
        {
            var before = Interlocked.CompareExchange(ref _end, end, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
