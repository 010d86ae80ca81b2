using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>A real TLS connection over loopback between a peer and a service of ours, and what our end made of the peer.</summary>
internal static class Handshake
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The peer calls us.</summary>
    public static Task<PeerVerdict?> WithCallerAsync(MeshCredentials us, TestCaLeaf? peer, SslProtocols protocol = SslProtocols.Tls13)
    {
        PeerVerdict? verdict = null;
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = us.Context,
            ClientCertificateRequired = true,
            CertificateChainPolicy = us.CallerPolicy,
            AllowTlsResume = false,
            EnabledSslProtocols = protocol,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (verdict = PeerVerifier.Verify(certificate, chain, errors, us, PeerRole.Caller)).Value.Peer is not null,
        };
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            ClientCertificateContext = peer?.Context,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        return RunAsync(server, client, () => verdict);
    }

    /// <summary>We call the peer.</summary>
    public static Task<PeerVerdict?> WithUpstreamAsync(MeshCredentials us, TestCaLeaf peer, SslProtocols protocol = SslProtocols.Tls13)
    {
        PeerVerdict? verdict = null;
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = peer.Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = protocol,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "api.default.dc1.internal.test",
            ClientCertificateContext = us.Context,
            CertificateChainPolicy = us.UpstreamPolicy,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (verdict = PeerVerifier.Verify(certificate, chain, errors, us, PeerRole.Upstream)).Value.Peer is not null,
        };
        return RunAsync(server, client, () => verdict);
    }

    // Null: the handshake ended before our end was shown anything.
    private static async Task<PeerVerdict?> RunAsync(SslServerAuthenticationOptions server, SslClientAuthenticationOptions client, Func<PeerVerdict?> verdict)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialer = new TcpClient();
        await dialer.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var serverEnd = new SslStream(accepted.GetStream());
        await using var clientEnd = new SslStream(dialer.GetStream());
        using var limit = new CancellationTokenSource(Limit);
        await Task.WhenAll(
            EndAsync(serverEnd, serverEnd.AuthenticateAsServerAsync(server, limit.Token)),
            EndAsync(clientEnd, clientEnd.AuthenticateAsClientAsync(client, limit.Token)));
        limit.Token.ThrowIfCancellationRequested();
        return verdict();
    }

    // A refusal closes the connection, so that the other end does not wait.
    private static async Task EndAsync(SslStream end, Task handshake)
    {
        try
        {
            await handshake;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await end.DisposeAsync();
        }
    }
}
