using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace WebApi.Demo;

/// <summary>
/// A plain port on loopback behind which a caller of the mesh stands, as behind the upstream port of a sidecar: what connects to it
/// is carried to the app in TLS, with that caller's leaf.
/// </summary>
internal sealed class CallerPort : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Task, bool> _relays = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CallerIdentity _identity;
    private readonly IPEndPoint _mesh;
    private readonly Task _accepting;

    public CallerPort(string caller, string service, DemoAgent agent, IPEndPoint mesh)
    {
        (Caller, _mesh, _identity) = (caller, mesh, new(caller, service, agent));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Caller { get; }

    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>The thumbprint of the leaf the app presented last; null before the first connection.</summary>
    public string? AppsLeaf => _identity.AppsLeaf;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_relays.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var accepted = await _listener.AcceptTcpClientAsync(_stop.Token);
                var relay = RelayAsync(accepted);
                _relays[relay] = true;
                _ = relay.ContinueWith(ended => _relays.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The app stops.
        }
    }

    private async Task RelayAsync(TcpClient plain)
    {
        using var _ = plain;
        try
        {
            using var socket = new TcpClient { NoDelay = true };
            await socket.ConnectAsync(_mesh, _stop.Token);
            await using var tls = await _identity.SecureAsync(socket.GetStream(), _stop.Token);
            // One of the two ends when either side closes; what the app has sent is through by then.
            await await Task.WhenAny(plain.GetStream().CopyToAsync(tls, _stop.Token), tls.CopyToAsync(plain.GetStream(), _stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            // Refused, or one end is gone: the caller sees its connection closed, as behind a sidecar.
        }
        catch (Exception e) when (e is HttpRequestException or CryptographicException)
        {
            Console.WriteLine($"{Caller} has no certificate: {e.Message}");
        }
    }
}
