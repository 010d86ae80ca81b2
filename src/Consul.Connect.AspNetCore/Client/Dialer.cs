using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;
using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>TCP, TLS and the exact expected identity, within one span of time and before any byte of the app's.</summary>
internal sealed class Dialer(string caller, OwnCredentials own, TimeSpan budget, TimeProvider time, ConnectMetrics metrics)
{
    /// <param name="target">Whom the app calls.</param>
    /// <param name="identity">The SPIFFE ID to expect; null: the instance's.</param>
    /// <param name="instance">Where to dial.</param>
    /// <param name="protocol">The one to offer; null: none.</param>
    /// <param name="cancellationToken">Gives up, and leaves nothing open.</param>
    /// <exception cref="ConnectDialException">It failed, and nothing was sent.</exception>
    /// <exception cref="ConnectDeniedException">The other end refused this service.</exception>
    public async ValueTask<MeshStream> DialAsync(ConnectTarget target, string? identity, ConnectInstance instance, SslApplicationProtocol? protocol, CancellationToken cancellationToken)
    {
        var credentials = await own.GetAsync(target, cancellationToken);
        var attempt = new DialAttempt(caller, target, instance, ExpectedPeer.Of(instance, identity, credentials.TrustDomain), protocol);
        using var activity = metrics.StartDial(attempt.Expected.Id.Service, attempt.Instance.Host, attempt.Instance.Port);
        var start = time.GetTimestamp();
        var outcome = "ok";
        try
        {
            return await ConnectAsync(attempt, credentials, cancellationToken);
        }
        catch (Exception e)
        {
            outcome = Outcome(e);
            activity?.SetStatus(ActivityStatusCode.Error, outcome);
            throw;
        }
        finally
        {
            metrics.Dialed(attempt.Expected.Id.Service, outcome, time.GetElapsedTime(start));
        }
    }

    private async Task<MeshStream> ConnectAsync(DialAttempt attempt, MeshCredentials credentials, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var isConnected = false;
        MeshStream? stream = null;
        try
        {
            var socket = await ConnectAsync(attempt, either.Token);
            isConnected = true;
            stream = new(new NetworkStream(socket, ownsSocket: true));
            await HandshakeAsync(stream, attempt, credentials, either.Token);
            return stream;
        }
        catch (Exception e)
        {
            if (stream is not null)
                await stream.DisposeAsync();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw attempt.TimedOut(budget, isConnected);
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(DialAttempt attempt, CancellationToken cancellationToken)
    {
        var (host, port) = (attempt.Instance.Host, attempt.Instance.Port);
        var address = IPAddress.TryParse(host, out var ip) ? ip : null;
        if (address is null && HostName.IsOfTheMesh(host))
            throw attempt.NotForDns();
        var socket = address is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address is null ? new DnsEndPoint(host, port) : new IPEndPoint(address, port), cancellationToken);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException or ArgumentException)
                throw attempt.Unreachable(e);
            throw;
        }
    }

    private static async Task HandshakeAsync(MeshStream stream, DialAttempt attempt, MeshCredentials credentials, CancellationToken cancellationToken)
    {
        PeerVerdict? verdict = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = attempt.Expected.ServerName,
            ClientCertificateContext = credentials.Context,
            CertificateChainPolicy = credentials.UpstreamPolicy,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = attempt.Protocol is { } protocol ? [protocol] : null,
            // A resumed session shows no intermediates, and is not known to be mutual.
            AllowTlsResume = false,
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Verify(certificate, chain, errors),
        };
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception) when (verdict is { Peer: null } refused)
        {
            throw attempt.NotVerified(refused);
        }
        catch (Exception) when (verdict is { Peer: { } peer } && !attempt.Expected.Id.Is(peer))
        {
            throw attempt.WrongIdentity(peer);
        }
        catch (Exception e)
        {
            throw TlsAlert.IsRefusal(e) ? attempt.Refused() : attempt.HandshakeFailed(e);
        }

        // Nothing is believed that the callback has not seen.
        if (verdict?.Peer is not { } verified || !attempt.Expected.Id.Is(verified))
            throw attempt.HandshakeFailed(new AuthenticationException("The other end was not verified"));
        if (!stream.IsMutuallyAuthenticated)
            throw attempt.NotMutual();
        stream.Verified = verified;
        stream.Watch(attempt);

        bool Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            verdict = PeerVerifier.Verify(certificate, chain, errors, credentials, PeerRole.Upstream);
            return verdict is { Peer: { } peer } && attempt.Expected.Id.Is(peer);
        }
    }

    private static string Outcome(Exception error) => error switch
    {
        ConnectDeniedException => "refused",
        ConnectDialException { Error: ConnectDialError.Unreachable } => "unreachable",
        ConnectDialException { Error: ConnectDialError.TimedOut } => "timeout",
        ConnectDialException { Error: ConnectDialError.NotVerified } => "not_verified",
        ConnectDialException { Error: ConnectDialError.WrongIdentity } => "identity",
        ConnectDialException { Error: ConnectDialError.WrongProtocol } => "protocol",
        OperationCanceledException => "cancelled",
        _ => "tls",
    };
}
