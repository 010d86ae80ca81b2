using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent;

/// <summary>A service's identity, for a peer that a test plays.</summary>
public sealed class ConsulDevLeaf : IDisposable
{
    internal ConsulDevLeaf(string certificatePem, string privateKeyPem, string uri, IEnumerable<string> rootPems)
    {
        (CertificatePem, PrivateKeyPem, Uri) = (certificatePem, privateKeyPem, uri);
        Certificate = X509Certificate2.CreateFromPem(certificatePem, privateKeyPem);
        Intermediates.ImportFromPem(certificatePem);
        Intermediates[0].Dispose();
        Intermediates.RemoveAt(0);
        foreach (var pem in rootPems)
            Roots.ImportFromPem(pem);
    }

    /// <summary>The leaf with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What to send behind the leaf; after a rotation the new root as the old one signed it.</summary>
    public X509Certificate2Collection Intermediates { get; } = [];

    /// <summary>Every root the agent listed when the leaf was issued.</summary>
    public X509Certificate2Collection Roots { get; } = [];

    /// <summary>The name in the leaf: <c>spiffe://…/svc/web</c>.</summary>
    public string Uri { get; }

    /// <summary>The leaf and its intermediates, as the agent's API writes them.</summary>
    public string CertificatePem { get; }

    /// <summary>The key, in the form <c>EC PRIVATE KEY</c>.</summary>
    public string PrivateKeyPem { get; }

    /// <summary>Its name, never its key.</summary>
    public override string ToString() => Uri;

    /// <inheritdoc />
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var one in Intermediates.Concat(Roots))
            one.Dispose();
    }
}
