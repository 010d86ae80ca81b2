using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>How a root or an intermediate differs from what Consul's own CA makes.</summary>
public sealed class TestCaOptions
{
    public string? Subject { get; set; }

    public TestCaKey Key { get; set; } = TestCaKey.EcP256;

    /// <summary>Consul's own roots name the trust domain; those of Vault or a company's PKI do not.</summary>
    public bool HasUriName { get; set; } = true;

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Null: unlimited for a root, 0 for an intermediate.</summary>
    public int? PathLength { get; set; }

    /// <summary>False makes an intermediate that is no CA.</summary>
    public bool IsAuthority { get; set; } = true;

    /// <summary>20 or 32 bytes.</summary>
    public int KeyIdentifierLength { get; set; } = 32;

    public IList<X509Extension> ExtraExtensions { get; } = [];
}
