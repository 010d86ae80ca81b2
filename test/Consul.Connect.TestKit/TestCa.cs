using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>
/// A mesh CA for tests: a root or an intermediate that issues what Consul's CA issues, and everything it never would.
/// <code>var ca = TestCa.Create(); var leaf = ca.IssueLeaf("web", o => o.NotAfter = soon);</code>
/// </summary>
public sealed class TestCa
{
    public const string DefaultTrustDomain = "11111111-2222-3333-4444-555555555555.consul";

    private readonly AsymmetricAlgorithm _key;
    private readonly IReadOnlyList<X509Certificate2> _chain;
    private int _serial = 7;

    private TestCa(string trustDomain, X509Certificate2 certificate, AsymmetricAlgorithm key, IReadOnlyList<X509Certificate2> chain)
    {
        (TrustDomain, Certificate, _key, _chain) = (trustDomain, certificate, key, chain);
        KeyIdentifier = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
    }

    public string TrustDomain { get; }

    /// <summary>How many CAs are between this one and its root, itself included; 0 for a root.</summary>
    public int Depth => _chain.Count;

    /// <summary>Without the key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>The id of a root in the agent's answer: its SHA-1, hexadecimal with colons.</summary>
    public string Id => TestCaKeys.Colons(Certificate.Thumbprint);

    /// <summary>SEC1, or PKCS#1 for RSA.</summary>
    public string PrivateKeyPem => TestCaKeys.Pem(_key);

    /// <summary>The root's SigningKeyID: hexadecimal with colons.</summary>
    public string SigningKeyId => TestCaKeys.Colons(KeyIdentifier.SubjectKeyIdentifier!);

    private X509SubjectKeyIdentifierExtension KeyIdentifier { get; }

    /// <summary>A self-signed root.</summary>
    public static TestCa Create(string trustDomain = DefaultTrustDomain, Action<TestCaOptions>? configure = null)
    {
        var options = new TestCaOptions();
        configure?.Invoke(options);
        var key = TestCaKeys.Generate(options.Key);
        var identifier = TestCaKeys.Identifier(key, options.KeyIdentifierLength);
        var certificate = Issue(Authority(trustDomain, options, key, "pri", options.PathLength), null, key, identifier, options.NotBefore, options.NotAfter, years: 10, [8]);
        return new(trustDomain, certificate, key, []);
    }

    /// <summary>A root that somebody else made, such as an agent's, so that it also issues what its owner never would.</summary>
    /// <param name="certificate">The root; it names its trust domain.</param>
    /// <param name="privateKeyPem">Its key, of an elliptic curve.</param>
    public static TestCa From(X509Certificate2 certificate, string privateKeyPem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(privateKeyPem);
        return new(new Uri(MeshNames.UriNames(certificate).Single()).Host, certificate, key, []);
    }

    /// <summary>A CA below this one; its leaves come with its certificate.</summary>
    public TestCa IssueIntermediate(Action<TestCaOptions>? configure = null)
    {
        var options = new TestCaOptions();
        configure?.Invoke(options);
        var key = TestCaKeys.Generate(options.Key);
        var certificate = Issue(Authority(TrustDomain, options, key, "sec", options.PathLength ?? 0), this, _key, KeyIdentifier, options.NotBefore, options.NotAfter, years: 1, NextSerial());
        return new(TrustDomain, certificate, key, [certificate, .. _chain]);
    }

    /// <summary>Another root's name and key, signed by this one: what lets verifiers that know only this one trust the other's leaves.</summary>
    public X509Certificate2 CrossSign(TestCa newRoot)
    {
        ArgumentNullException.ThrowIfNull(newRoot);
        var request = TestCaKeys.Request(newRoot.Certificate.Subject, newRoot._key, HashAlgorithmName.SHA256);
        foreach (var extension in newRoot.Certificate.Extensions.Where(e => e is not X509AuthorityKeyIdentifierExtension))
            request.CertificateExtensions.Add(extension);
        return Issue(request, this, _key, KeyIdentifier, null, null, years: 1, NextSerial());
    }

    /// <summary>A leaf with its key and the intermediates between it and the root.</summary>
    public TestCaLeaf IssueLeaf(string service, Action<TestCaLeafOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        var options = new TestCaLeafOptions();
        configure?.Invoke(options);
        var names = options.UriNames ?? [SpiffeId(service, options)];
        var key = TestCaKeys.Generate(options.Key);
        var request = TestCaLeafRequest.Create(options, options.Subject ?? CommonName(service, options), names, key);
        var start = options.NotBefore ?? DateTimeOffset.UtcNow.AddMinutes(-1);
        var certificate = Issue(request, this, _key, KeyIdentifier, start, options.NotAfter ?? start.AddHours(72), years: 0, options.SerialNumber ?? NextSerial(), options.IsSignedWithPss);
        return new(service, names.FirstOrDefault() ?? "", TestCaKeys.Bind(certificate, key), _chain, TestCaKeys.Pem(key));
    }

    private string SpiffeId(string service, TestCaLeafOptions options) =>
        $"spiffe://{options.TrustDomain ?? TrustDomain}{(options.Partition is { } p ? $"/ap/{p}" : "")}/ns/{options.Namespace}/dc/{options.Datacenter}/svc/{service}";

    private string CommonName(string service, TestCaLeafOptions options) =>
        $"CN={string.Concat(service.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit))}.svc.{options.Namespace}.{Short(options.TrustDomain ?? TrustDomain)}.consul";

    private static string Short(string trustDomain) => trustDomain[..Math.Min(8, trustDomain.Length)];

    private byte[] NextSerial()
    {
        var serial = (ushort)Interlocked.Increment(ref _serial);
        return serial < 0x80 ? [(byte)serial] : [0, (byte)(serial >> 8), (byte)serial];
    }

    private static CertificateRequest Authority(string trustDomain, TestCaOptions options, AsymmetricAlgorithm key, string kind, int? pathLength)
    {
        var request = TestCaKeys.Request(options.Subject ?? $"CN={kind}-{TestCaKeys.Identifier(key, 4).SubjectKeyIdentifier!.ToLowerInvariant()}.consul.ca.{Short(trustDomain)}.consul", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(options.IsAuthority, options.IsAuthority && pathLength is not null, options.IsAuthority ? pathLength ?? 0 : 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(TestCaKeys.Identifier(key, options.KeyIdentifierLength));
        if (options.HasUriName)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new($"spiffe://{trustDomain}"));
            request.CertificateExtensions.Add(names.Build());
        }
        foreach (var extension in options.ExtraExtensions)
            request.CertificateExtensions.Add(extension);
        return request;
    }

    // Without an issuer the request signs itself.
    private static X509Certificate2 Issue(CertificateRequest request, TestCa? issuer, AsymmetricAlgorithm issuerKey, X509SubjectKeyIdentifierExtension issuerId, DateTimeOffset? notBefore, DateTimeOffset? notAfter, int years, byte[] serial, bool isPss = false)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuerId));
        var start = notBefore ?? DateTimeOffset.UtcNow.AddMinutes(-1);
        return request.Create(issuer?.Certificate.SubjectName ?? request.SubjectName, TestCaKeys.Signer(issuerKey, request.HashAlgorithm, isPss), start, notAfter ?? start.AddYears(years), serial);
    }
}
