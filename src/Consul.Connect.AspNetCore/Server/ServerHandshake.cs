using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.Certificates;

namespace ConsulConnect.Server;

/// <summary>TLS as a mesh server speaks it: one snapshot of the credentials, read once per handshake, and no I/O inside.</summary>
internal sealed class ServerHandshake(ICredentialsSource credentials, RefusalReport refusals, TimeProvider time)
{
    private const SslProtocols DefaultProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly List<SslApplicationProtocol> HttpProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    // Not null: Kestrel fills in its own list where none is given.
    private static readonly List<SslApplicationProtocol> NoProtocols = [];

    /// <summary>The TLS options of one connection; its validation callback writes the verified caller into <paramref name="connection"/>.</summary>
    /// <exception cref="AuthenticationException">There is no valid certificate, and none came before <paramref name="cancellationToken"/>.</exception>
    public async ValueTask<SslServerAuthenticationOptions> PrepareAsync(MeshConnection connection, bool raw, SslProtocols protocols, CancellationToken cancellationToken)
    {
        connection.HelloSeen = true;
        var snapshot = credentials.Current ?? await FirstAsync(connection, cancellationToken);
        if (snapshot.NotAfter <= time.GetUtcNow())
        {
            refusals.LeafEnded(connection, snapshot);
            throw new AuthenticationException("This service's own leaf certificate has expired and the agent has not renewed it.");
        }

        return new()
        {
            ServerCertificateContext = snapshot.Context,
            ClientCertificateRequired = true,
            CertificateChainPolicy = snapshot.CallerPolicy,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Verify(connection, certificate, chain, errors, snapshot),
            // A sidecar offers TLS 1.2 only, so the minimum stays there.
            EnabledSslProtocols = protocols == SslProtocols.None ? DefaultProtocols : protocols & DefaultProtocols,
            ApplicationProtocols = raw ? NoProtocols : HttpProtocols,
            // A resumed session shows no intermediates, and some runtimes skip the callback on it.
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    private bool Verify(MeshConnection connection, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, MeshCredentials snapshot)
    {
        var verdict = PeerVerifier.Verify(certificate, chain, errors, snapshot, PeerRole.Caller);
        if (verdict.Peer is not { } peer)
        {
            refusals.Unverified(connection, verdict);
            return false;
        }

        connection.Verify(peer, PresentedChain.Of(certificate!, chain!, snapshot));
        return true;
    }

    private async ValueTask<MeshCredentials> FirstAsync(MeshConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await credentials.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            var why = credentials.LastError ?? "the agent has not answered";
            refusals.NoCredentials(connection, why);
            throw new AuthenticationException($"No certificate from the agent yet: {why}.");
        }
    }
}
