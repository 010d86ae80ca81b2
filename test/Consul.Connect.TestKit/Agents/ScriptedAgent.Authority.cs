using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ConsulConnect.TestKit;

// Whose certificates it hands out.
public sealed partial class ScriptedAgent
{
    private readonly ConcurrentDictionary<string, ScriptedTopic> _leaves = new(StringComparer.Ordinal);
    private volatile Func<string, TestCaLeaf>? _issue;
    private TestCa? _issuer;

    /// <summary>The roots answer, as JSON; null: Connect is not enabled.</summary>
    public void SetRoots(string? json) => _roots.Set(json, NextIndex());

    /// <summary>The roots answer: the first root is the active one.</summary>
    public void SetRoots(params TestCa[] roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        SetRoots(Describe(roots, []));
    }

    /// <summary>A leaf answer, as JSON; null: Connect is not enabled.</summary>
    public void SetLeaf(string service, string? json) => LeafTopic(service).Set(json, NextIndex());

    /// <summary>A leaf answer. Wakes who waits for it.</summary>
    public void SetLeaf(string service, TestCaLeaf leaf) => SetLeaf(service, Describe(service, leaf, _index + 1));

    /// <summary>Hands out this root, and leaves for any name that it signs, in the form of current Consuls: empty subject, critical SAN.</summary>
    /// <param name="root">The root.</param>
    /// <param name="issuer">What signs the leaves, an intermediate of the root; null: the root itself.</param>
    public void UseCa(TestCa root, TestCa? issuer = null)
    {
        _issuer = root;
        IssueBy(service => (issuer ?? root).IssueLeaf(service, o => o.Subject = ""));
        SetRoots(root);
    }

    /// <summary>
    /// A new root, cross-signed by the old one. As with a real agent the leaves in hand stay; <see cref="RenewLeaf"/> issues the next.
    /// </summary>
    public void RotateCa(TestCa root)
    {
        var old = _issuer ?? throw new InvalidOperationException("There is no CA to rotate; UseCa comes first.");
        var crossSigned = old.CrossSign(root);
        _issuer = root;
        IssueBy(service => root.IssueLeaf(service, o => o.Subject = "").With(crossSigned));
        SetRoots(Describe([root, old], [crossSigned.ExportCertificatePem() + "\n"]));
    }

    /// <summary>Issues the next leaf of a service. Wakes who waits for it.</summary>
    public void RenewLeaf(string service) =>
        SetLeaf(service, (_issue ?? throw new InvalidOperationException("There is no CA; UseCa comes first."))(service));

    private void IssueBy(Func<string, TestCaLeaf> issue)
    {
        _issue = issue;
        // Those asked for before there was a CA.
        foreach (var (service, topic) in _leaves)
            if (topic.Read().Content is null)
                RenewLeaf(service);
    }

    private ScriptedTopic LeafTopic(string service) => _leaves.GetOrAdd(service, name =>
    {
        var index = NextIndex();
        return new(_issue is { } issue ? Describe(name, issue(name), index) : null, index);
    });

    private static string Describe(TestCa[] roots, string[] intermediatesOfActive) => JsonSerializer.Serialize(new
    {
        ActiveRootID = roots[0].Id,
        roots[0].TrustDomain,
        Roots = roots.Select((root, i) => new
        {
            ID = root.Id,
            Name = "Consul CA Primary Cert",
            SerialNumber = 8,
            SigningKeyID = root.SigningKeyId,
            ExternalTrustDomain = root.TrustDomain.Split('.')[0],
            NotBefore = root.Certificate.NotBefore.ToUniversalTime(),
            NotAfter = root.Certificate.NotAfter.ToUniversalTime(),
            RootCert = root.CertificatePem,
            IntermediateCerts = i == 0 && intermediatesOfActive.Length > 0 ? intermediatesOfActive : null,
            Active = i == 0,
            PrivateKeyType = "ec",
            PrivateKeyBits = 256,
            CreateIndex = 9,
            ModifyIndex = 9,
        }),
    });

    private static string Describe(string service, TestCaLeaf leaf, ulong index) => JsonSerializer.Serialize(new
    {
        leaf.SerialNumber,
        CertPEM = leaf.CertPem,
        PrivateKeyPEM = leaf.PrivateKeyPem,
        Service = service,
        ServiceURI = leaf.SpiffeId,
        ValidAfter = Utc(leaf.Certificate, c => c.NotBefore),
        ValidBefore = Utc(leaf.Certificate, c => c.NotAfter),
        CreateIndex = index,
        ModifyIndex = index,
    });

    private static DateTime Utc(X509Certificate2 certificate, Func<X509Certificate2, DateTime> read) => read(certificate).ToUniversalTime();
}
