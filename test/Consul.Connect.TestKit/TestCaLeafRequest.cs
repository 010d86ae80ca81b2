using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

internal static class TestCaLeafRequest
{
    public static CertificateRequest Create(TestCaLeafOptions options, string subject, IList<string> uriNames, AsymmetricAlgorithm key)
    {
        var request = TestCaKeys.Request(subject, key, options.SignatureHash);
        var extensions = request.CertificateExtensions;
        if (options.IsAuthority is { } isAuthority)
            extensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (options.KeyUsage is { } usage)
            extensions.Add(new X509KeyUsageExtension(usage, critical: true));
        if (options.Purposes.Count > 0)
            extensions.Add(new X509EnhancedKeyUsageExtension([.. options.Purposes.Select(p => new Oid(p))], critical: false));
        extensions.Add(TestCaKeys.Identifier(key, options.KeyIdentifierLength));
        if (options.RawNames is not null || uriNames.Count + options.DnsNames.Count > 0)
            extensions.Add(new X509Extension("2.5.29.17", options.RawNames ?? Names(uriNames, options.DnsNames), critical: subject.Length == 0));
        if (options.IssuerUrl is { } url)
            extensions.Add(new X509AuthorityInformationAccessExtension(null, [url]));
        foreach (var extension in options.ExtraExtensions)
            extensions.Add(extension);
        return request;
    }

    // Written by hand, since SubjectAlternativeNameBuilder takes only what Uri takes, and that rewrites names.
    private static byte[] Names(IEnumerable<string> uriNames, IEnumerable<string> dnsNames)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in dnsNames)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new(TagClass.ContextSpecific, 2));
            foreach (var name in uriNames)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new(TagClass.ContextSpecific, 6));
        }
        return writer.Encode();
    }
}
