using System.Collections.Concurrent;
using System.Net.Security;
using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

/// <summary>
/// Everything this identity calls with: the pools of connections, by whom they lead to. It outlives every HttpClient, so that the
/// handlers of a client factory may come and go.
/// </summary>
internal sealed class Outbound : IAsyncDisposable
{
    private const int HostsRemembered = 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly PoolServices _services;
    private readonly ConcurrentDictionary<ConnectTarget, UpstreamPool> _pools = new();
    private readonly ConcurrentDictionary<string, UpstreamPool> _hosts = new();
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
        return PoolOf(request.RequestUri).SendAsync(request, cancellationToken);
    }

    /// <summary>A verified stream to a target.</summary>
    public async Task<ConnectConnection> DialAsync(ConnectTarget target, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ConnectService));
        // What the configuration says about it applies here too, and its instances are those of the other callers.
        var stream = await PoolOf(_services.Upstreams.Open(target).Target).DialAnyAsync(_ => null, cancellationToken);
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

    private UpstreamPool PoolOf(ConnectTarget target) =>
        _pools.TryGetValue(target, out var pool) ? pool : _pools.GetOrAdd(target, static (target, services) => new(services, target), _services);

    private void Swept(MeshCredentials credentials) => Sweep();

    private void Sweep()
    {
        foreach (var (target, pool) in _pools)
            if (pool.Sweep(Idle) && _pools.TryRemove(target, out _))
            {
                pool.Close();
                foreach (var (host, other) in _hosts)
                    if (other == pool)
                        _hosts.TryRemove(new(host, pool));
            }
    }
}
