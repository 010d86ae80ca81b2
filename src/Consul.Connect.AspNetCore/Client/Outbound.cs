using System.Collections.Concurrent;
using System.Net.Security;
using System.Runtime.CompilerServices;
using ConsulConnect.Certificates;
using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>
/// Everything this identity calls with: the pools of connections, by whom they lead to. It outlives every HttpClient, so that the
/// handlers of a client factory may come and go.
/// </summary>
internal sealed class Outbound : IAsyncDisposable
{
    private const int HostsRemembered = 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly PoolServices _services;
    private readonly ConcurrentDictionary<ConnectTarget, UpstreamPool> _pools = new();
    private readonly ConcurrentDictionary<string, UpstreamPool> _hosts = new();
    // The app may lose one without closing it.
    private readonly ConditionalWeakTable<MeshStream, ConnectTarget> _dialed = [];
    private readonly ITimer _sweeping;
    private volatile bool _isDisposed;

    public Outbound(PoolServices services)
    {
        _services = services;
        services.Credentials.Changed += Swept;
        _sweeping = services.Time.CreateTimer(_ => Sweep(), null, Pace, Pace);
    }

    /// <summary>Sends a request to whom its address names.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ConnectService));
        return PoolFor(request).SendAsync(request, cancellationToken);
    }

    /// <summary>A verified stream to a target.</summary>
    public async Task<ConnectConnection> DialAsync(ConnectTarget target, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ConnectService));
        // What the configuration says about it applies here too, and its instances are those of the other callers.
        var stream = await PoolOf(_services.Upstreams.Open(target).Target).DialAnyAsync(_ => null, cancellationToken);
        _dialed.Add(stream, target);
        if (_isDisposed)
            await stream.DisposeAsync();
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ConnectService));
        return new(stream, stream.Verified!);
    }

    /// <summary>A verified connection for a handler of the app's own.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ConnectService));
        var request = context.InitialRequestMessage;
        var pool = PoolOf(new UriBuilder(request.RequestUri!.Scheme, context.DnsEndPoint.Host).Uri);
        return await pool.DialAnyAsync(Alpn, cancellationToken);

        // A handler that is not ours writes HTTP/1.1 for a request that asks for no more, whatever the connection agreed to.
        SslApplicationProtocol? Alpn(ConnectUpstreamOptions options) =>
            (request.Version.Major >= 2 || request.VersionPolicy is HttpVersionPolicy.RequestVersionOrHigher) && SentRequest.Protocol(request, options.Protocol) is ConnectProtocol.Http2
                ? SslApplicationProtocol.Http2
                : SslApplicationProtocol.Http11;
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _services.Credentials.Changed -= Swept;
        await _sweeping.DisposeAsync();
        foreach (var target in _pools.Keys)
            if (_pools.TryRemove(target, out var pool))
                pool.Close();
        foreach (var (stream, _) in _dialed)
            await stream.DisposeAsync();
    }

    private UpstreamPool PoolFor(HttpRequestMessage request)
    {
        try
        {
            return PoolOf(request.RequestUri);
        }
        catch (ConnectDialException e)
        {
            throw Failures.Surfaced(e)!;
        }
    }

    private UpstreamPool PoolOf(Uri? address)
    {
        if (address is { IsAbsoluteUri: true, Scheme: "https" } && _hosts.TryGetValue(address.Host, out var known) && !known.IsClosed)
            return known;
        var pool = PoolOf(MeshHost.Of(address, _services.Options));
        if (_hosts.Count < HostsRemembered)
            _hosts[address!.Host] = pool;
        return pool;
    }

    private UpstreamPool PoolOf(ConnectTarget target) => _pools.TryGetValue(target, out var pool) ? pool : Open(target);

    private UpstreamPool Open(ConnectTarget target)
    {
        if (Unconfigured.Is(target, _services.Options) && _pools.Values.Count(known => known.IsUnconfigured) >= Unconfigured.Most)
            throw new ConnectDialException(ConnectDialError.NoInstances, target.ToString(), $"\"{_services.Caller}\" cannot call {target}: {Unconfigured.TooMany}. Nothing was dialed.");
        var pool = _pools.GetOrAdd(target, static (target, services) => new(services, target), _services);
        // Who came before the end has left before it a pool that is closed with the others, or sees it here.
        if (!_isDisposed)
            return pool;
        _pools.TryRemove(new(target, pool));
        pool.Close();
        throw new ObjectDisposedException(typeof(ConnectService).FullName);
    }

    private void Swept(MeshCredentials credentials) => Sweep();

    private void Sweep()
    {
        foreach (var (target, pool) in _pools)
            // Only this one: whoever has swept it meanwhile may have left its place to another.
            if (pool.Sweep(Idle) && _pools.TryRemove(new(target, pool)))
                Close(pool);
    }

    private void Close(UpstreamPool pool)
    {
        pool.Close();
        foreach (var known in _hosts)
            if (known.Value == pool)
                _hosts.TryRemove(known);
    }
}
