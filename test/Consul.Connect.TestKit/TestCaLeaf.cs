using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>An issued leaf, as the agent hands it out and as a TLS client uses it.</summary>
/// <param name="service">The name it was asked for.</param>
/// <param name="spiffeId">Its first URI name, or an empty text.</param>
/// <param name="certificate">With its key.</param>
/// <param name="chain">The intermediates that go with it, towards a root.</param>
/// <param name="privateKeyPem">SEC1, or PKCS#1 for RSA.</param>
public sealed class TestCaLeaf(string service, string spiffeId, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> chain, string privateKeyPem)
{
    public string Service { get; } = service;

    public string SpiffeId { get; } = spiffeId;

    public X509Certificate2 Certificate { get; } = certificate;

    public IReadOnlyList<X509Certificate2> Chain { get; } = chain;

    /// <summary>Leaf first, then its intermediates, each PEM ended by a newline.</summary>
    public string CertPem { get; } = string.Concat(chain.Prepend(certificate).Select(c => c.ExportCertificatePem() + "\n"));

    public string PrivateKeyPem { get; } = privateKeyPem;

    /// <summary>Hexadecimal with colons, as the agent writes it.</summary>
    public string SerialNumber => TestCaKeys.Colons(Certificate.SerialNumber);

    /// <summary>For either end of a TLS connection: sends the intermediates too.</summary>
    public SslStreamCertificateContext Context => SslStreamCertificateContext.Create(Certificate, [.. Chain], offline: true);

    /// <summary>The same leaf accompanied by other intermediates, such as a cross-signed root, or by none.</summary>
    public TestCaLeaf With(params X509Certificate2[] otherChain) => new(Service, SpiffeId, Certificate, otherChain, PrivateKeyPem);
}
