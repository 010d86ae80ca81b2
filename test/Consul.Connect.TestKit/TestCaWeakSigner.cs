using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.TestKit;

/// <summary>Signs with ECDSA and SHA-1, which the framework's own generator no longer does.</summary>
internal sealed class TestCaWeakSigner(ECDsa key) : X509SignatureGenerator
{
    // SEQUENCE { OID 1.2.840.10045.4.1 }
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
        [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
        key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

    protected override PublicKey BuildPublicKey() => new(key);
}
