using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>Makes certificates in the form of Consul's own authority: its extensions in its order, 32-byte key identifiers.</summary>
internal static class CaCertificates
{
    private const X509KeyUsageFlags SignsCertificates = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    private const X509KeyUsageFlags SpeaksTls =
        X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment | X509KeyUsageFlags.KeyAgreement;

    public static X509Certificate2 CreateRoot(CaKey key, string commonName, string trustDomain, ulong serial, DateTimeOffset from)
    {
        var name = CommonName(commonName);
        var request = RequestForCa(name, key.PublicKey, key, KeyIdentifier.Of(key.PublicKey), trustDomain);
        return request.Create(name, key.Generator, from, from.AddDays(3650), Serial(serial));
    }

    /// <summary>The same root once more, vouched for by another: who trusts only that other one can build a chain.</summary>
    public static X509Certificate2 CrossSign(X509Certificate2 root, CaRoot by, string trustDomain, ulong serial, DateTimeOffset from)
    {
        var request = RequestForCa(root.SubjectName, root.PublicKey, by.Key, by.SubjectKeyId, trustDomain);
        return request.Create(by.Certificate.SubjectName, by.Key.Generator, from, from.AddDays(7), Serial(serial));
    }

    /// <param name="commonName">Null: an empty subject, which makes the name in the SAN critical.</param>
    public static X509Certificate2 CreateLeaf(PublicKey key, string? commonName, string uri, CaRoot by, ulong serial, DateTimeOffset from, DateTimeOffset to)
    {
        var name = commonName is null ? new X500DistinguishedName("") : CommonName(commonName);
        var request = new CertificateRequest(name, key, by.Key.Hash);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(SpeaksTls, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2"), new("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        AddIdentity(request, KeyIdentifier.Of(key), by.SubjectKeyId, uri, critical: commonName is null);
        return request.Create(by.Certificate.SubjectName, by.Key.Generator, from, to, Serial(serial));
    }

    public static byte[] Serial(ulong number)
    {
        var bytes = BitConverter.GetBytes(number).Reverse().SkipWhile(one => one == 0).ToArray();
        // A leading one bit would make it negative.
        return bytes[0] >= 0x80 ? [0, .. bytes] : bytes;
    }

    private static CertificateRequest RequestForCa(X500DistinguishedName name, PublicKey key, CaKey signer, byte[] signerId, string trustDomain)
    {
        var request = new CertificateRequest(name, key, signer.Hash);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(SignsCertificates, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        AddIdentity(request, KeyIdentifier.Of(key), signerId, $"spiffe://{trustDomain}", critical: false);
        return request;
    }

    private static void AddIdentity(CertificateRequest request, byte[] keyId, byte[] signerId, string uri, bool critical)
    {
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(keyId, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(signerId));
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", EncodeUriName(uri), critical));
    }

    // Written by hand, because the builder would normalize the URI.
    private static byte[] EncodeUriName(string uri)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        return writer.Encode();
    }

    private static X500DistinguishedName CommonName(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.Add("2.5.4.3", name, UniversalTagNumber.PrintableString);
        return builder.Build();
    }
}
