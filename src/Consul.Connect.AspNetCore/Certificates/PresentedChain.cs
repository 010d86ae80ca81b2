using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>
/// What a caller showed in its handshake, kept as bytes while its connection is open, so that it can be judged again when the roots
/// have changed. SslStream disposes of its own copies.
/// </summary>
internal sealed class PresentedChain
{
    private readonly byte[] _leaf;
    private readonly byte[][] _others;

    // The roots it was verified under last; credentials that share this memory share the roots.
    private volatile VerifiedPeers _roots;

    private PresentedChain(byte[] leaf, byte[][] others, VerifiedPeers roots) => (_leaf, _others, _roots) = (leaf, others, roots);

    /// <summary>Equal for equal certificates, for whoever judges many connections of one caller. Serial numbers are unique under one root only.</summary>
    public string Fingerprint => Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(_leaf), .. _others.SelectMany(SHA256.HashData)]));

    /// <param name="chain">As the handshake of <paramref name="credentials"/> built it: what the peer sent follows the policy's own certificates.</param>
    public static PresentedChain Of(X509Certificate certificate, X509Chain chain, MeshCredentials credentials) => new(
        certificate.GetRawCertData(),
        [.. chain.ChainPolicy.ExtraStore.Skip(credentials.CallerPolicy.ExtraStore.Count).Select(sent => sent.RawData)],
        credentials.Verified);

    /// <summary>Whether these credentials have the roots it was verified under last.</summary>
    public bool IsVerifiedUnder(MeshCredentials credentials) => ReferenceEquals(_roots, credentials.Verified);

    public void VerifiedUnder(MeshCredentials credentials) => _roots = credentials.Verified;

    /// <summary>Whether a handshake under these credentials would still take it, and for whom; no I/O.</summary>
    public PeerVerdict Verify(MeshCredentials credentials)
    {
        var made = new List<X509Certificate2>();
        try
        {
            using var chain = new X509Chain { ChainPolicy = credentials.CallerPolicy.Clone() };
            foreach (var other in _others)
            {
                made.Add(X509CertificateLoader.LoadCertificate(other));
                chain.ChainPolicy.ExtraStore.Add(made[^1]);
            }

            var leaf = X509CertificateLoader.LoadCertificate(_leaf);
            made.Add(leaf);
            var errors = chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
            return PeerVerifier.Verify(leaf, chain, errors, credentials, PeerRole.Caller);
        }
        catch (Exception e)
        {
            return PeerVerdict.Refuse(PeerRefusal.VerifierFault, $"The certificate could not be judged again ({e.GetType().Name}).");
        }
        finally
        {
            made.ForEach(certificate => certificate.Dispose());
        }
    }
}
