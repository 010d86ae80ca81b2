using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulConnect.Certificates;

/// <summary>Reads the one URI name of a certificate from its subject alternative names.</summary>
internal static class SubjectNames
{
    private const string Extension = "2.5.29.17";
    private const int UriTag = 6;

    /// <param name="fault">Why there is not exactly one, as the end of a sentence.</param>
    public static string? Uri(X509Certificate2 certificate, out string fault)
    {
        // The caller has seen to it that no extension occurs twice.
        var names = certificate.Extensions[Extension];
        fault = "has no subject alternative name";
        return names is null ? null : Uri(names.RawData, out fault);
    }

    private static string? Uri(ReadOnlySpan<byte> names, out string fault)
    {
        string? uri = null;
        AsnDecoder.ReadSequence(names, AsnEncodingRules.DER, out var start, out var length, out var consumed);
        fault = "has a malformed subject alternative name";
        if (consumed != names.Length)
            return null;

        var rest = names.Slice(start, length);
        while (!rest.IsEmpty)
        {
            var tag = AsnDecoder.ReadEncodedValue(rest, AsnEncodingRules.DER, out var at, out var size, out var read);
            if (tag.TagClass is TagClass.ContextSpecific && tag.TagValue is UriTag)
            {
                if (uri is not null)
                {
                    fault = "has more than one URI name";
                    return null;
                }
                if (tag.IsConstructed || rest.Slice(at, size).ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
                {
                    fault = "has a URI name with control or non-ASCII characters";
                    return null;
                }
                uri = Encoding.ASCII.GetString(rest.Slice(at, size));
            }
            rest = rest[read..];
        }
        fault = "has no URI name";
        return uri;
    }
}
