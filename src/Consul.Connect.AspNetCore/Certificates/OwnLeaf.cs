using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>This service's leaf with its key and the intermediates to send; not yet judged against any roots.</summary>
internal sealed class OwnLeaf
{
    private OwnLeaf(X509Certificate2 certificate, X509Certificate2Collection intermediates, ConnectPeer self)
    {
        Certificate = certificate;
        Intermediates = intermediates;
        Self = self;
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Intermediates { get; }

    /// <summary>Whom it names.</summary>
    public ConnectPeer Self { get; }

    public SslStreamCertificateContext Context { get; }

    /// <summary>Reads leaf, intermediates and key, and wipes the key's text whatever the result.</summary>
    public static bool TryParse(ReadOnlySpan<byte> certPem, Span<byte> keyPem, ExpectedService expected, [NotNullWhen(true)] out OwnLeaf? leaf, [NotNullWhen(false)] out string? reason)
    {
        leaf = null;
        try
        {
            reason = Parse(certPem, keyPem, expected, ref leaf);
            return reason is null && leaf is not null;
        }
        catch (CryptographicException)
        {
            reason = "the leaf cannot be read";
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyPem);
        }
    }

    public bool IsSameAs(OwnLeaf? other) =>
        other is not null && Certificate.RawDataMemory.Span.SequenceEqual(other.Certificate.RawDataMemory.Span)
        && Intermediates.Select(c => c.Thumbprint).SequenceEqual(other.Intermediates.Select(c => c.Thumbprint));

    private static string? Parse(ReadOnlySpan<byte> certPem, ReadOnlySpan<byte> keyPem, ExpectedService expected, ref OwnLeaf? leaf)
    {
        if (!PemText.TryReadCertificates(certPem, out var certificates, out var fault))
            return $"the leaf's PEM {fault}";
        if (!PrivateKeyPem.TryImport(keyPem, out var key, out fault))
            return $"the leaf's private key {fault}";

        using (key)
        {
            X509Certificate2? bound = null;
            var rest = new X509Certificate2Collection();
            foreach (var certificate in certificates)
            {
                if (bound is null && PrivateKeyPem.Bind(certificate, key) is { } match)
                    bound = match;
                // Some agents send an intermediate twice.
                else if (!rest.Any(known => known.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
                    rest.Add(certificate);
            }
            if (bound is null)
                return "the leaf's private key does not belong to its certificate";

            foreach (var role in (ReadOnlySpan<PeerRole>)[PeerRole.Caller, PeerRole.Upstream])
            {
                var verdict = PeerVerifier.Read(bound, trustDomain: null, role);
                if (verdict.Peer is not { } self)
                    return $"this service's own leaf would be refused: {verdict.Detail!.TrimEnd('.')}";
                if (expected.Mismatch(self) is { } mismatch)
                    return mismatch;
                if (role is PeerRole.Upstream)
                    leaf = new(bound, rest, self);
            }
            return null;
        }
    }
}
