using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>Key identifiers are the SHA-256 of the public key, 32 bytes long; hexadecimal numbers have colons.</summary>
internal static class KeyIdentifier
{
    public static byte[] Of(PublicKey key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var digits = Convert.ToHexStringLower(bytes);
        return string.Join(':', digits.Chunk(2).Select(pair => new string(pair)));
    }
}
