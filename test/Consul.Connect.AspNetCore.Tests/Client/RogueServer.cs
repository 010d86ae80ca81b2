using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

/// <summary>An instance that behaves as its test says, connection by connection.</summary>
internal sealed class RogueServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Stream, Task> _serve;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private int _accepted;
    private int _open;

    /// <param name="serve">Handles one raw connection; it is closed afterwards.</param>
    public RogueServer(Func<Stream, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that neither end has closed.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>One that completes the handshake with this leaf, and goes on.</summary>
    public static RogueServer WithTls(TestCaLeaf leaf, Func<SslStream, Task> serve, bool asksForCertificate = true, SslProtocols protocols = SslProtocols.None, params SslApplicationProtocol[] alpn) => new(async stream =>
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = leaf.Context,
            ClientCertificateRequired = asksForCertificate,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null || !asksForCertificate,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = alpn.Length == 0 ? null : [.. alpn],
        });
        await serve(tls);
    });

    /// <summary>Reads a request's head and answers with these bytes.</summary>
    public static async Task AnswerAsync(Stream stream, string answer)
    {
        await ReadHeadAsync(stream);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
    }

    public static async Task<string> ReadHeadAsync(Stream stream)
    {
        var buffer = new byte[16384];
        var length = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length));
            length += count;
            var text = System.Text.Encoding.ASCII.GetString(buffer, 0, length);
            if (count == 0 || text.Contains("\r\n\r\n", StringComparison.Ordinal))
                return text;
        }
    }

    /// <summary>Closes what is open. New connections are served.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
            socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _accepted);
                Interlocked.Increment(ref _open);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        _sockets[socket] = true;
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await _serve(stream);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException or OperationCanceledException)
        {
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
            Interlocked.Decrement(ref _open);
        }
    }
}
