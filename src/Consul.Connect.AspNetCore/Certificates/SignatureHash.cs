using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>Which signatures on a certificate count. What is not known to be strong is weak.</summary>
internal static class SignatureHash
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    public static bool IsStrong(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.10045.4.3.2" or "1.2.840.10045.4.3.3" or "1.2.840.10045.4.3.4" => true, // ECDSA with SHA-256, 384, 512
        "1.2.840.113549.1.1.11" or "1.2.840.113549.1.1.12" or "1.2.840.113549.1.1.13" => true, // RSA with the same
        "1.3.101.112" => true, // Ed25519
        RsaPss => PssHash(certificate.RawDataMemory) is "2.16.840.1.101.3.4.2.1" or "2.16.840.1.101.3.4.2.2" or "2.16.840.1.101.3.4.2.3",
        _ => false,
    };

    // The hash is a parameter here, and SHA-1 where it is left out.
    private static string? PssHash(ReadOnlyMemory<byte> encoded)
    {
        var certificate = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        certificate.ReadEncodedValue();
        var algorithm = certificate.ReadSequence();
        algorithm.ReadObjectIdentifier();
        var parameters = algorithm.ReadSequence();
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        return parameters.HasData && parameters.PeekTag() == hash ? parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier() : null;
    }
}
