using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>The kinds of key a test certificate can have, good ones and weak ones.</summary>
public enum TestCaKey
{
    EcP224,
    EcP256,
    EcP384,
    EcP521,
    Rsa1024,
    Rsa2048,
    Rsa4096,
}

internal static class TestCaKeys
{
    public static AsymmetricAlgorithm Generate(TestCaKey kind) => kind switch
    {
        TestCaKey.EcP224 => ECDsa.Create(ECCurve.CreateFromFriendlyName("nistP224")),
        TestCaKey.EcP256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        TestCaKey.EcP384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        TestCaKey.EcP521 => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        TestCaKey.Rsa1024 => RSA.Create(1024),
        TestCaKey.Rsa2048 => RSA.Create(2048),
        TestCaKey.Rsa4096 => RSA.Create(4096),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static X509SignatureGenerator Signer(AsymmetricAlgorithm key, HashAlgorithmName hash, bool isPss) => key switch
    {
        ECDsa ec when hash == HashAlgorithmName.SHA1 => new TestCaWeakSigner(ec),
        ECDsa ec => X509SignatureGenerator.CreateForECDsa(ec),
        _ => X509SignatureGenerator.CreateForRSA((RSA)key, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
    };

    public static CertificateRequest Request(string subject, AsymmetricAlgorithm key, HashAlgorithmName hash) =>
        key is ECDsa ec ? new(subject, ec, hash) : new(subject, (RSA)key, hash, RSASignaturePadding.Pkcs1);

    /// <summary>As Consul writes it: SEC1 for elliptic curves, PKCS#1 for RSA.</summary>
    public static string Pem(AsymmetricAlgorithm key) =>
        (key is ECDsa ec ? ec.ExportECPrivateKeyPem() : ((RSA)key).ExportRSAPrivateKeyPem()) + "\n";

    /// <summary>Consul identifies keys by their whole SHA-256; others by its first 20 bytes or a SHA-1.</summary>
    public static X509SubjectKeyIdentifierExtension Identifier(AsymmetricAlgorithm key, int length) =>
        new(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, length), critical: false);

    public static X509Certificate2 Bind(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        key is ECDsa ec ? certificate.CopyWithPrivateKey(ec) : certificate.CopyWithPrivateKey((RSA)key);

    public static string Colons(string hex) =>
        string.Join(':', Enumerable.Range(0, hex.Length / 2).Select(i => hex.Substring(2 * i, 2))).ToLowerInvariant();
}
