using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>A root's private key, and how it signs.</summary>
internal sealed class CaKey
{
    private CaKey(ECDsa key)
    {
        (Type, Bits, PublicKey) = ("ec", key.KeySize, new(key));
        Hash = Bits switch { 384 => HashAlgorithmName.SHA384, 521 => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        Generator = X509SignatureGenerator.CreateForECDsa(key);
    }

    private CaKey(RSA key)
    {
        (Type, Bits, PublicKey, Hash) = ("rsa", key.KeySize, new(key), HashAlgorithmName.SHA256);
        Generator = X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1);
    }

    /// <summary><c>ec</c> or <c>rsa</c>.</summary>
    public string Type { get; }

    public int Bits { get; }

    public PublicKey PublicKey { get; }

    public HashAlgorithmName Hash { get; }

    public X509SignatureGenerator Generator { get; }

    public static CaKey Create(string type, int bits) => type == "rsa"
        ? new(RSA.Create(bits))
        : new(ECDsa.Create(bits switch
        {
            224 => ECCurve.CreateFromValue("1.3.132.0.33"),
            384 => ECCurve.NamedCurves.nistP384,
            521 => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        }));

    /// <summary>Reads SEC 1, PKCS#1 or PKCS#8; throws <see cref="ArgumentException"/> or <see cref="CryptographicException"/>.</summary>
    public static CaKey Import(string pem)
    {
        if (pem.Contains("BEGIN RSA", StringComparison.Ordinal))
            return ImportRsa(pem);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new(key);
        }
        catch (CryptographicException) when (pem.Contains("BEGIN PRIVATE KEY", StringComparison.Ordinal))
        {
            key.Dispose();
            return ImportRsa(pem);
        }
    }

    private static CaKey ImportRsa(string pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem);
        return new(key);
    }
}
