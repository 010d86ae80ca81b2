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
    private readonly HttpMessageInvoker? _unagreed;
    private readonly TimeProvider _time;
    private volatile Agreement _agreement;
    private volatile Func<ConnectDialException>? _wrong;
    private int _leases = 1;
    private int _retired;
    private long _end;
    private volatile ConnectDeniedException? _refusal;
    private volatile OpenAnswers? _answers;

    /// <param name="instance">Whose it is.</param>
    /// <param name="dial">Opens a connection to the instance.</param>
    /// <param name="protocol">What it offers there.</param>
    /// <param name="credentials">The generation it belongs to.</param>
    /// <param name="time">The clock of its life.</param>
    public PooledHandler(InstancePool instance, Func<CancellationToken, ValueTask<MeshStream>> dial, ConnectProtocol protocol, MeshCredentials credentials, TimeProvider time)
    {
        (Instance, _time) = (instance, time);
        Generation = credentials.Generation;
        // Not all of them at once.
        _end = (time.GetUtcNow() + (LongestLife * (1 - (Random.Shared.NextDouble() / 5)))).UtcTicks;
        EndBefore(credentials.NotAfter);
        _agreement = protocol is ConnectProtocol.Http2 ? Agreement.Unknown : Agreement.Reached;
        _invoker = new(Handler(dial, Agreement.Reached), disposeHandler: true);
        if (protocol is ConnectProtocol.Http2)
            _unagreed = new(Handler(dial, Agreement.None), disposeHandler: true);
    }

    private enum Agreement
    {
        Unknown,
        Reached,
        None,
    }

    public InstancePool Instance { get; }

    public long Generation { get; }

    /// <summary>Whether it is at its end: by age, or because a certificate of one of its connections ends.</summary>
    public bool IsWornAt(DateTimeOffset now) => Volatile.Read(ref _end) <= now.UtcTicks;

    /// <summary>The last time the instance refused one of its connections.</summary>
    public ConnectDeniedException? Refusal => _refusal;

    /// <summary>How many requests it carries.</summary>
    public int Active => Math.Max(0, Volatile.Read(ref _leases) - (Volatile.Read(ref _retired) == 0 ? 1 : 0));

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

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _agreement is Agreement.Reached ? _invoker.SendAsync(request, cancellationToken) : SendUnagreedAsync(request, cancellationToken);

    /// <summary>Those that another one of its answers belongs to.</summary>
    public OpenAnswers OpenAnswers(Lease lease) => _answers is { IsFull: false } answers ? answers : _answers = new(lease);

    /// <summary>Leaves them to who still reads them: while they are held here, none is found that has been dropped.</summary>
    public void LetGo() => _answers = null;

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) != 0)
            return;
        _invoker.Dispose();
        _unagreed?.Dispose();
    }

    /// <summary>The same as <see cref="Retire"/>: what is under way ends in peace.</summary>
    public void Dispose() => Retire();

    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
            Release();
    }

    /// <summary>.NET's handler, with what the mesh asks of it.</summary>
    internal static SocketsHttpHandler Handler(Func<CancellationToken, ValueTask<Stream>> connect) => new()
    {
        // A proxy from the environment, a redirect or a cookie would lead out of the mesh.
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        // Servers such as grpc-go's close a connection that is pinged while nothing runs on it.
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectCallback = (_, cancellationToken) => connect(cancellationToken),
    };

    private SocketsHttpHandler Handler(Func<CancellationToken, ValueTask<MeshStream>> dial, Agreement agreement) => Handler(async cancellationToken =>
    {
        // Each request that has waited for a connection which is no use to it asks for another one, one after the other: without a dial
        // they learn at once that they go by the other handler.
        if (_wrong is { } wrong && _agreement is not Agreement.Unknown && _agreement != agreement)
            throw wrong();
        var stream = await dial(cancellationToken);
        EndBefore(stream.Verified!.NotAfter);
        // In HTTP/1.1 the request that is refused learns it itself, and a spare connection that ends says nothing about the others.
        if (_unagreed is not null)
            stream.Refused = refusal => _refusal = refusal;
        var found = stream.AgreedToNothing ? Agreement.None : Agreement.Reached;
        if (found != agreement)
            _wrong = stream.WrongProtocol;
        _agreement = found;
        if (found == agreement)
            return stream;
        await stream.DisposeAsync();
        throw stream.WrongProtocol();
    });

    /// <summary>
    /// HTTP/2 to an instance that may agree to no protocol, as those behind Consul's built-in proxy do. On a connection for <c>https</c>
    /// .NET's handler takes that for HTTP/1.1; on one for <c>http</c> it speaks HTTP/2 unasked, which is what the app behind such a
    /// proxy expects. Where it goes is the same, and so is its TLS.
    /// </summary>
    private async Task<HttpResponseMessage> SendUnagreedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        for (var turn = 0; ; turn++)
        {
            var agreement = _agreement;
            try
            {
                if (agreement is not Agreement.None)
                    return await _invoker.SendAsync(request, cancellationToken);
                request.RequestUri = WithoutTls(address);
                return await _unagreed!.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (turn < 2 && _agreement != agreement && Failures.Find<ConnectDialException>(e) is { Error: ConnectDialError.WrongProtocol })
            {
                // It does not speak as was thought, and has been sent nothing yet.
            }
            finally
            {
                request.RequestUri = address;
            }
        }
    }

    // Its path and query are written as they are, whatever the app has asked .NET to leave alone in them.
    private static Uri WithoutTls(Uri address) =>
        new(address.AbsoluteUri.Remove(address.Scheme.Length - 1, 1), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

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
