using System.Security.Authentication;
using ConsulConnect.Intentions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ConsulConnect.Server;

/// <summary>Makes one Kestrel listener a mesh listener: TLS by callback between two middlewares of ours.</summary>
internal sealed class MeshListener(ServedIdentity served, TimeProvider time)
{
    private readonly ConnectService _service = served.Service;
    private readonly HandshakeGate _gate = new(served.Service.Options.Connect.MaxConcurrentHandshakes, served.Service.Refusals);

    public void Attach(ListenOptions listener, bool raw, SslProtocols protocols = SslProtocols.None)
    {
        if (KestrelListeners.HasTls(listener))
            throw new InvalidOperationException($"The mesh listener {listener} already has TLS from another UseHttps, which would run instead of ours; remove that UseHttps (also from ConfigureEndpointDefaults) for this listener.");

        listener.Protocols &= ~HttpProtocols.Http3;
        listener.Use(next => connection => GuardHandshakeAsync(connection, next));
        listener.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = _service.Options.Connect.HandshakeTimeout,
            OnConnection = context =>
            {
                context.Connection.Features.Get<HandshakeGate.Place>()?.HelloSeen();
                var mesh = context.Connection.Features.Get<MeshConnection>() ?? throw new AuthenticationException("The connection did not pass the mesh listener's first middleware.");
                return _service.Handshake.PrepareAsync(mesh, raw, protocols, context.CancellationToken);
            },
        });
        listener.Use(next =>
        {
            RefuseHttp3(listener);
            return connection => AuthorizeAsync(connection, raw, listener.KestrelServerOptions.Limits.RequestHeadersTimeout, next);
        });
        // QUIC has a pipeline of its own, which none of the above is part of.
        ((IMultiplexedConnectionBuilder)listener).Use(_ => throw new InvalidOperationException(Http3Message(listener)));
    }

    private async Task GuardHandshakeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var mesh = new MeshConnection { Generation = _service.Connections.Generation, Served = served };
        using var place = _gate.Enter(connection, mesh);
        if (place is null)
        {
            _service.Refusals.Shed(mesh);
            connection.Abort(new ConnectionAbortedException("Too many TLS handshakes are under way."));
            return;
        }

        connection.Features.Set(mesh);
        connection.Features.Set(place);
        try
        {
            await next(connection);
        }
        catch (ArgumentException e) when (mesh.Verified is null)
        {
            // What .NET throws for some server names; Kestrel would log an error for whoever sends them.
            _service.Refusals.HandshakeFailed(mesh, e);
        }

        if (mesh is { HelloSeen: true, Verified: null })
            _service.Refusals.HandshakeFailed(mesh);
    }

    private async Task AuthorizeAsync(ConnectionContext connection, bool raw, TimeSpan prefaceTimeout, ConnectionDelegate next)
    {
        connection.Features.Get<HandshakeGate.Place>()?.Dispose();
        // Whatever certificate the connection shows: without our own verdict on it, it is nobody.
        if (connection.Features.Get<MeshConnection>() is not { Verified: { } caller } mesh)
            return;

        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? connection.ConnectionClosed;
        var kind = raw ? ConnectionKind.Raw : ConnectionKind.Http;
        if (!await IsAllowedAsync(caller, kind, closing))
            return;

        var lifetime = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var open = _service.Connections.Enter(mesh, kind, mesh.Generation, () => lifetime?.RequestClose(), () => connection.Abort(new ConnectionAbortedException("The caller has lost its right to this connection.")));
        connection.Features.Set<IConnectPeerFeature>(mesh);
        if (!raw && !await TellHttpVersionAsync(connection, prefaceTimeout, closing))
            return;
        try
        {
            await next(connection);
        }
        catch (Exception e) when (open.IsAborted && e is (IOException or OperationCanceledException))
        {
            // The end of what we ended is no fault of the app's, which Kestrel would log.
        }
    }

    private async ValueTask<bool> IsAllowedAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken closing)
    {
        try
        {
            return (await _service.Decision.DecideAsync(caller, kind, closing)).Allowed;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask<bool> TellHttpVersionAsync(ConnectionContext connection, TimeSpan timeout, CancellationToken closing)
    {
        // Kestrel keeps "no limit" as a time no timer can hold.
        using var timer = new CancellationTokenSource(timeout < TimeSpan.FromDays(1) ? timeout : Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing, connection.ConnectionClosed);
        try
        {
            if (await HttpPreface.ReadAsync(connection.Transport.Input, ended.Token) is not { } protocol)
                return false;
            connection.Features.Set(protocol);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return false;
        }
    }

    private static void RefuseHttp3(ListenOptions listener)
    {
        if (listener.Protocols.HasFlag(HttpProtocols.Http3))
            throw new InvalidOperationException(Http3Message(listener));
    }

    private static string Http3Message(ListenOptions listener) =>
        $"The mesh listener {listener} asks for HTTP/3, which would bypass the mesh's TLS and authorization; remove Http3 from its Protocols (Consul Connect is TCP only).";
}
