using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>A root of the mesh, as the roots calls list it.</summary>
internal sealed record CaRoot(X509Certificate2 Certificate, CaKey Key, IReadOnlyList<string> Intermediates, bool IsActive, ulong CreateIndex, ulong ModifyIndex)
{
    public string Id { get; } = KeyIdentifier.ToText(Certificate.GetCertHash(HashAlgorithmName.SHA1));

    /// <summary>The low 64 bits, which is what JSON shows.</summary>
    public ulong SerialNumber { get; } = LowBits(Certificate.SerialNumberBytes.Span);

    public byte[] SubjectKeyId { get; } = Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } extension
        ? extension.SubjectKeyIdentifierBytes.ToArray()
        : KeyIdentifier.Of(Certificate.PublicKey);

    public string Pem { get; } = Certificate.ExportCertificatePem() + "\n";

    private static ulong LowBits(ReadOnlySpan<byte> serial)
    {
        Span<byte> low = stackalloc byte[8];
        var length = Math.Min(8, serial.Length);
        serial[^length..].CopyTo(low[^length..]);
        return BinaryPrimitives.ReadUInt64BigEndian(low);
    }
}
