using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulConnect.Certificates;

/// <summary>
/// A bounded memory of peer certificates verified under one set of roots, by the SHA-256 of the certificate. It spares reading
/// the certificate again, never the verdict on its chain and its time. Reads take no lock; a flood of peers only makes it forget.
/// </summary>
internal sealed class VerifiedPeers
{
    public const int Capacity = 4096;

    private readonly Lock _writer = new();
    private volatile ConcurrentDictionary<Key, ConnectPeer> _recent = new();
    private volatile ConcurrentDictionary<Key, ConnectPeer> _older = new();
    private int _recentCount;

    /// <summary>How many are remembered.</summary>
    public int Count => _recent.Count + _older.Count;

    public ConnectPeer? Find(in Key key) =>
        _recent.TryGetValue(key, out var peer) || _older.TryGetValue(key, out peer) ? peer : null;

    public void Remember(in Key key, ConnectPeer peer)
    {
        lock (_writer)
        {
            if (!_recent.TryAdd(key, peer) || ++_recentCount < Capacity / 2)
                return;
            _older = _recent;
            _recent = new();
            _recentCount = 0;
        }
    }

    /// <summary>A certificate in one role: what makes a good caller need not make a good upstream.</summary>
    internal readonly record struct Key(UInt128 High, UInt128 Low, PeerRole Role)
    {
        public static Key Of(X509Certificate2 certificate, PeerRole role)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(certificate.RawDataMemory.Span, hash);
            return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]), role);
        }
    }
}
