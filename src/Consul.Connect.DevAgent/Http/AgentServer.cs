using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConsulConnect.DevAgent.Http;

/// <summary>
/// HTTP on loopback. Kestrel alone, without a host: a host would listen to the process's signals and read the app's own settings.
/// </summary>
internal sealed class AgentServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly AgentDispatcher _dispatcher;
    private readonly List<IAsyncDisposable> _owned;
    private KestrelServer _server;
    private bool _isDisposed;

    public AgentServer(AgentCore core, IReadOnlyCollection<IEndpoints> endpoints, int port)
    {
        _owned = [.. endpoints.OfType<IAsyncDisposable>()];
        var routes = new RouteTable();
        foreach (var one in endpoints)
            one.Map(routes);
        _dispatcher = new(core, routes);
        _server = Create(port);
    }

    public Uri Address => new(_server.Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public Task StartAsync(CancellationToken cancel) => _server.StartAsync(this, cancel);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _dispatcher.AnswerAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <summary>Ends every call, and listens no more.</summary>
    public async Task CutAsync()
    {
        // Long polls do not end by themselves.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
    }

    /// <summary>After <see cref="CutAsync"/>, where it listened before.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="ObjectDisposedException">It has ended meanwhile.</exception>
    public async Task ListenAgainAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var next = Create(Address.Port);
        try
        {
            await next.StartAsync(this, cancel);
        }
        catch
        {
            next.Dispose();
            throw;
        }

        _server.Dispose();
        _server = next;
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await CutAsync();
        _server.Dispose();
        // What endpoints run beside their calls, such as health checks.
        foreach (var one in _owned)
            await one.DisposeAsync();
        await _services.DisposeAsync();
    }

    private KestrelServer Create(int port)
    {
        var options = new KestrelServerOptions { ApplicationServices = _services, AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 64 << 20;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        return new(Options.Create(options), transport, NullLoggerFactory.Instance);
    }
}
