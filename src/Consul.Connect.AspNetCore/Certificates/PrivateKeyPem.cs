using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Imports the leaf's key: EC or RSA, in SEC1, PKCS#1 or PKCS#8. No copy of it outlives the call but the key object.</summary>
internal static class PrivateKeyPem
{
    private const string Ec = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";

    private const string IsEncrypted = "is encrypted; it must be given in clear";

    /// <param name="fault">What is wrong, as the end of a sentence; never a part of the text.</param>
    public static bool TryImport(ReadOnlySpan<byte> pem, [NotNullWhen(true)] out AsymmetricAlgorithm? key, out string fault)
    {
        key = null;
        fault = pem.IndexOf("ENCRYPTED"u8) >= 0 ? IsEncrypted : "contains no private key in well-formed PEM";
        while (PemEncoding.TryFindUtf8(pem, out var fields))
        {
            var label = pem[fields.Label];
            if (label.EndsWith("PRIVATE KEY"u8))
            {
                if (key is not null)
                {
                    key.Dispose();
                    key = null;
                    fault = "contains more than one private key";
                    return false;
                }
                key = Import(pem, fields, ref fault);
                if (key is null)
                    return false;
            }
            pem = pem[fields.Location.End..];
        }
        return key is not null;
    }

    /// <summary>The certificate with its key; null when the key belongs to another one.</summary>
    public static X509Certificate2? Bind(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()) ? null
        : key is ECDsa ec ? certificate.CopyWithPrivateKey(ec)
        : certificate.CopyWithPrivateKey((RSA)key);

    private static AsymmetricAlgorithm? Import(ReadOnlySpan<byte> pem, PemFields fields, ref string fault)
    {
        var label = pem[fields.Label];
        var der = PemText.Decode(pem, fields);
        AsymmetricAlgorithm? key = null;
        try
        {
            key = label.SequenceEqual("EC PRIVATE KEY"u8) ? ECDsa.Create()
                : label.SequenceEqual("RSA PRIVATE KEY"u8) ? RSA.Create()
                : label.SequenceEqual("PRIVATE KEY"u8) ? Pkcs8(der)
                : null;
            fault = label.StartsWith("ENCRYPTED"u8) ? IsEncrypted : "is of a kind that is not supported; EC and RSA are";
            if (label.SequenceEqual("PRIVATE KEY"u8))
                key?.ImportPkcs8PrivateKey(der, out _);
            else if (key is ECDsa ec)
                ec.ImportECPrivateKey(der, out _);
            else
                (key as RSA)?.ImportRSAPrivateKey(der, out _);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
        {
            // The exception is not passed on: nothing about a key belongs in a message.
            key?.Dispose();
            fault = "cannot be read";
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static AsymmetricAlgorithm? Pkcs8(ReadOnlySpan<byte> der)
    {
        AsnDecoder.ReadSequence(der, AsnEncodingRules.BER, out var start, out var length, out _);
        var info = der.Slice(start, length);
        AsnDecoder.ReadIntegerBytes(info, AsnEncodingRules.BER, out var version);
        AsnDecoder.ReadSequence(info[version..], AsnEncodingRules.BER, out start, out length, out _);
        return AsnDecoder.ReadObjectIdentifier(info[version..].Slice(start, length), AsnEncodingRules.BER, out _) switch
        {
            Ec => ECDsa.Create(),
            Rsa => RSA.Create(),
            _ => null,
        };
    }
}
