using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Certificates in PEM, all or nothing: a root or an intermediate that is silently left out is found out only by a refused peer.</summary>
internal static class PemText
{
    private const string Certificate = "CERTIFICATE";

    /// <param name="fault">What is wrong, as the end of a sentence; never a part of the text.</param>
    public static bool TryReadCertificates(ReadOnlySpan<byte> pem, [NotNullWhen(true)] out X509Certificate2Collection? certificates, out string fault)
    {
        certificates = null;
        var found = new X509Certificate2Collection();
        fault = "is not well-formed PEM";
        while (PemEncoding.TryFindUtf8(pem, out var fields))
        {
            if (HasMarker(pem[..fields.Location.Start]))
                return false;
            if (!pem[fields.Label].SequenceEqual("CERTIFICATE"u8))
            {
                fault = $"contains something other than a {Certificate}";
                return false;
            }
            try
            {
                found.Add(X509CertificateLoader.LoadCertificate(Decode(pem, fields)));
            }
            catch (CryptographicException)
            {
                fault = "contains a certificate that cannot be read";
                return false;
            }
            pem = pem[fields.Location.End..];
        }
        if (HasMarker(pem))
            return false;
        if (found.Count is 0)
        {
            fault = "contains no certificate";
            return false;
        }
        certificates = found;
        return true;
    }

    /// <summary>The bytes of one PEM block.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> pem, PemFields fields)
    {
        var der = new byte[fields.DecodedDataLength];
        Base64.DecodeFromUtf8(pem[fields.Base64Data], der, out _, out _);
        return der;
    }

    // Text between the blocks is a comment, unless it looks like a block that could not be read.
    private static bool HasMarker(ReadOnlySpan<byte> text) => text.IndexOf("-----"u8) >= 0;
}
