using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>How a leaf differs from the one Consul 1.8 issues: valid from a minute ago for 72 h, both purposes, one SPIFFE name.</summary>
public sealed class TestCaLeafOptions
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    public const string AnyPurpose = "2.5.29.37.0";

    public string Datacenter { get; set; } = "dc1";

    public string Namespace { get; set; } = "default";

    /// <summary>Named in the SPIFFE ID when it is set.</summary>
    public string? Partition { get; set; }

    /// <summary>Null: the CA's own.</summary>
    public string? TrustDomain { get; set; }

    /// <summary>All URI names. Null: the one SPIFFE ID made of the members above.</summary>
    public IList<string>? UriNames { get; set; }

    public IList<string> DnsNames { get; } = [];

    /// <summary>The whole SAN extension's value, instead of the names above.</summary>
    public byte[]? RawNames { get; set; }

    /// <summary>Null: the CN that Consul up to 1.10 writes. Empty, as since 1.11: then the SAN is critical.</summary>
    public string? Subject { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Null: no key usage extension.</summary>
    public X509KeyUsageFlags? KeyUsage { get; set; } =
        X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment | X509KeyUsageFlags.KeyAgreement;

    /// <summary>Empty: no extended key usage extension.</summary>
    public IList<string> Purposes { get; set; } = [ClientAuth, ServerAuth];

    /// <summary>Null: no basic constraints extension, as Vault issues leaves.</summary>
    public bool? IsAuthority { get; set; } = false;

    public TestCaKey Key { get; set; } = TestCaKey.EcP256;

    /// <summary>20 or 32 bytes.</summary>
    public int KeyIdentifierLength { get; set; } = 32;

    /// <summary>SHA-256, SHA-384, SHA-512, or SHA-1 below an elliptic curve.</summary>
    public HashAlgorithmName SignatureHash { get; set; } = HashAlgorithmName.SHA256;

    /// <summary>Whether an RSA issuer signs with PSS padding.</summary>
    public bool IsSignedWithPss { get; set; }

    /// <summary>An authority information access URL from which a careless verifier would fetch the issuer.</summary>
    public string? IssuerUrl { get; set; }

    /// <summary>Big-endian. Null: the CA's counter, which starts at 8 as a fresh agent's does.</summary>
    public byte[]? SerialNumber { get; set; }

    public IList<X509Extension> ExtraExtensions { get; } = [];
}
