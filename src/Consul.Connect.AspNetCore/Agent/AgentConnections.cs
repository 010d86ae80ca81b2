using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;

namespace ConsulConnect.Agent;

/// <summary>The connections to the agent under one set of TLS files. Retired, they close when the last answer has been read.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The last user disposes the handler.")]
internal sealed class AgentConnections(HttpMessageInvoker invoker)
{
    private int _users = 1;

    /// <summary>Takes part in them; false when they are closed already.</summary>
    public bool TryEnter()
    {
        while (Volatile.Read(ref _users) is var users and > 0)
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }

        return false;
    }

    /// <summary>Ends one use; the owner's own use ends by retiring them.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            invoker.Dispose();
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => invoker.SendAsync(request, cancellationToken);

    public static AgentConnections Open(AgentAddress address, int most, SslClientAuthenticationOptions tls)
    {
        var handler = new SocketsHttpHandler
        {
            // The token must go to the agent and nowhere else.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = most,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            // Idle connections count against the agent's limit for all processes behind one address.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            // Long polls in an app's traces are noise.
            ActivityHeadersPropagator = null,
            SslOptions = tls,
        };
        if (address.SocketPath is { } path)
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        return new(new(handler));
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
