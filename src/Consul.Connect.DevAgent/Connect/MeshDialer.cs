using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>Connects as a service of the mesh, with the leaf and the roots of this moment.</summary>
internal sealed class MeshDialer(AgentCore core, string service)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps)
                return stream;
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(await OptionsAsync(context, cancel), cancel);
            return secured;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<SslClientAuthenticationOptions> OptionsAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var leaf = await core.Leaves.GetAsync(service, 0, TimeSpan.Zero, cancel);
        var identity = new ConsulDevLeaf(leaf.CertificatePem, leaf.PrivateKeyPem, leaf.Uri, core.Authority.Current.Roots.Select(root => root.Pem));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(identity.Roots);
        return new()
        {
            TargetHost = context.DnsEndPoint.Host,
            ClientCertificateContext = SslStreamCertificateContext.Create(identity.Certificate, identity.Intermediates, offline: true),
            CertificateChainPolicy = policy,
            // A leaf names a service, not a host.
            RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
            ApplicationProtocols = [context.InitialRequestMessage.Version.Major >= 2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
    }
}
