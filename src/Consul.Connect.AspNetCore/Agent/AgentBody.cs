using System.Security.Cryptography;

namespace ConsulConnect.Agent;

/// <summary>The body of an answer in memory; wiped when disposed, because it may hold a private key.</summary>
internal sealed class AgentBody : IDisposable
{
    /// <summary>For what decides. An answer that is larger is none.</summary>
    public const int Cap = 8 << 20;

    /// <summary>For lists of which only a hash is taken.</summary>
    public const int HashCap = 64 << 20;

    private byte[] _bytes = new byte[4096];
    private int _length;

    private AgentBody()
    {
    }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public string Fingerprint => Convert.ToHexString(SHA256.HashData(Span));

    public static async Task<AgentBody> ReadAsync(HttpContent content, int cap, bool cut, CancellationToken cancellationToken)
    {
        var body = new AgentBody();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(body.Room(), cancellationToken) is var read and > 0)
            {
                body._length += read;
                if (body._length <= cap)
                    continue;
                if (!cut)
                    throw TooLarge(cap);
                body._length = cap;
                break;
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads a list without keeping it.</summary>
    /// <returns>The hash of the bytes.</returns>
    /// <exception cref="FormatException">It is no list, or too large.</exception>
    public static async Task<string> HashListAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 << 10];
        var (first, last, length) = ((byte)0, (byte)0, 0L);
        while (await stream.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if ((length += read) > HashCap)
                throw TooLarge(HashCap);
            hash.AppendData(buffer, 0, read);
            var text = buffer.AsSpan(0, read).Trim(" \r\n\t"u8);
            if (text.IsEmpty)
                continue;
            first = first == 0 ? text[0] : first;
            last = text[^1];
        }

        if (first != '[' || last != ']')
            throw new FormatException("it is no list");
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private Memory<byte> Room()
    {
        if (_length == _bytes.Length)
        {
            var larger = new byte[_bytes.Length * 2];
            _bytes.CopyTo(larger, 0);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    private static FormatException TooLarge(int cap) => new($"it is larger than {cap >> 20} MiB");
}
