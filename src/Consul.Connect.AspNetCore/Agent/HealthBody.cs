using System.Buffers;
using System.Security.Cryptography;

namespace ConsulConnect.Agent;

/// <summary>Reads an answer of the catalog piece by piece: there may be ten thousand instances in it, and most of it is of no use.</summary>
internal static class HealthBody
{
    /// <summary>An answer that is larger is none.</summary>
    public const int Cap = 64 << 20;

    private const int Piece = 128 << 10;
    private const int LargestEntry = 4 << 20;

    /// <returns>SHA-256 of the body.</returns>
    /// <exception cref="FormatException">The answer is too large.</exception>
    /// <exception cref="System.Text.Json.JsonException">The answer is no JSON.</exception>
    public static async Task<string> ReadAsync(HttpContent content, HealthReader reader, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            var (kept, total) = (0, 0L);
            while (true)
            {
                if (kept == buffer.Length)
                    buffer = Larger(buffer);

                // Always full, so that an entry that does not fit yet is not read again for every few bytes.
                var read = await stream.ReadAtLeastAsync(buffer.AsMemory(kept), buffer.Length - kept, throwOnEndOfStream: false, cancellationToken);
                if ((total += read) > Cap)
                    throw new FormatException($"it is larger than {Cap >> 20} MiB");
                hash.AppendData(buffer, kept, read);
                var length = kept + read;
                var isLast = length < buffer.Length;
                var used = reader.Read(buffer.AsSpan(0, length), isLast);
                if (isLast)
                    return Convert.ToHexString(hash.GetHashAndReset());
                buffer.AsSpan(used, length - used).CopyTo(buffer);
                kept = length - used;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Larger(byte[] buffer)
    {
        if (buffer.Length >= LargestEntry)
            throw new FormatException($"an instance in it is larger than {LargestEntry >> 20} MiB");
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
