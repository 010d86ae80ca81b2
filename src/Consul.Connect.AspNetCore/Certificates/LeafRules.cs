using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>What a leaf must be beyond a valid chain, which by itself lets a CA, a leaf without purposes or a weak key pass.</summary>
internal static class LeafRules
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private const X509KeyUsageFlags Signing = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>The purpose a peer in this role must have.</summary>
    public static Oid Purpose(PeerRole role) => new(role is PeerRole.Caller ? ClientAuth : ServerAuth);

    /// <summary>The first rule the certificate breaks, as the end of a sentence; null when it keeps all.</summary>
    public static string? Broken(X509Certificate2 leaf, PeerRole role)
    {
        try
        {
            return Extensions(leaf, role)
                ?? (HasFitKey(leaf.PublicKey) ? null : "has a key other than RSA of 2048 to 8192 bits or EC on P-256, P-384 or P-521")
                ?? (SignatureHash.IsStrong(leaf) ? null : "is signed with an algorithm that is too weak or unknown");
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return "is malformed";
        }
    }

    private static string? Extensions(X509Certificate2 leaf, PeerRole role)
    {
        var seen = new HashSet<string?>();
        var hasPurpose = false;
        foreach (var extension in leaf.Extensions)
        {
            if (!seen.Add(extension.Oid?.Value))
                return "has an extension twice";
            switch (extension)
            {
                // Vault leaves basic constraints out of leaves, which means the same as CA:FALSE.
                case X509BasicConstraintsExtension { CertificateAuthority: true }:
                    return "is a CA certificate";
                case X509KeyUsageExtension usage when (usage.KeyUsages & Signing) is not 0:
                    return "may sign certificates or revocation lists";
                case X509KeyUsageExtension usage when (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) is 0:
                    return "has a key usage without digitalSignature";
                case X509EnhancedKeyUsageExtension purposes:
                    hasPurpose = Contains(purposes.EnhancedKeyUsages, role is PeerRole.Caller ? ClientAuth : ServerAuth);
                    break;
            }
        }
        return hasPurpose ? null : role is PeerRole.Caller ? "is not for TLS clients (clientAuth)" : "is not for TLS servers (serverAuth)";
    }

    private static bool Contains(OidCollection purposes, string purpose)
    {
        foreach (var oid in purposes)
            if (oid.Value == purpose)
                return true;
        return false;
    }

    // Read from the encoding: importing a key of hostile size or form is itself the risk.
    private static bool HasFitKey(PublicKey key) => key.Oid.Value switch
    {
        "1.2.840.10045.2.1" => key.EncodedParameters is { } curve && IsFitCurve(curve.RawData),
        "1.2.840.113549.1.1.1" => RsaBits(key.EncodedKeyValue.RawData) is >= 2048 and <= 8192,
        _ => false,
    };

    // Parameters other than a name describe a curve of the peer's own making.
    private static bool IsFitCurve(ReadOnlySpan<byte> parameters) =>
        Asn1Tag.TryDecode(parameters, out var tag, out _)
        && tag == Asn1Tag.ObjectIdentifier
        && AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.DER, out _) is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35";

    private static long RsaBits(ReadOnlySpan<byte> key)
    {
        AsnDecoder.ReadSequence(key, AsnEncodingRules.DER, out var start, out var length, out _);
        var modulus = AsnDecoder.ReadIntegerBytes(key.Slice(start, length), AsnEncodingRules.DER, out _).TrimStart((byte)0);
        return modulus.IsEmpty ? 0 : (modulus.Length * 8L) - byte.LeadingZeroCount(modulus[0]);
    }
}
