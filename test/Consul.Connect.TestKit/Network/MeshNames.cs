using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulConnect.TestKit;

/// <summary>Reads what a certificate calls its holder, apart from the product's own reader.</summary>
public static class MeshNames
{
    public static IReadOnlyList<string> UriNames(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var uriTag = new Asn1Tag(TagClass.ContextSpecific, 6);
        var found = new List<string>();
        foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == "2.5.29.17"))
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var value = names.PeekTag();
                var content = names.ReadEncodedValue();
                if (value.HasSameClassAndValue(uriTag))
                    found.Add(Encoding.ASCII.GetString(AsnDecoder.ReadOctetString(content.Span, AsnEncodingRules.DER, out _, uriTag)));
            }
        }

        return found;
    }
}
