using System.Buffers.Binary;
using System.Text;

namespace ConsulConnect.Tests.Server;

/// <summary>HTTP/2 by hand: streams begin, and every frame of the server is seen.</summary>
internal sealed class RawHttp2(Stream tls) : IAsyncDisposable
{
    public const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, GoAway = 7;

    private const byte EndStream = 1, Acknowledge = 1, EndHeaders = 4;

    private int _next = 1;

    public async Task StartAsync()
    {
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await WriteAsync(Settings, 0, 0, []);
    }

    /// <summary>Begins a request and answers its stream.</summary>
    /// <param name="ends">Whether it has no body.</param>
    public async Task<int> RequestAsync(string method, string path, bool ends = true, params (string Name, string Value)[] headers)
    {
        var stream = _next;
        _next += 2;
        byte[] block = [.. Field(":method", method), .. Field(":scheme", "https"), .. Field(":path", path), .. Field(":authority", "mesh"), .. headers.SelectMany(one => Field(one.Name, one.Value))];
        await WriteAsync(Headers, (byte)(EndHeaders | (ends ? EndStream : 0)), stream, block);
        return stream;
    }

    public Task SendAsync(int stream, byte[] data) => WriteAsync(Data, 0, stream, data);

    /// <summary>The next frame of these kinds; null when the server has ended the connection. Settings are acknowledged on the way.</summary>
    public async Task<(byte Kind, int Stream)?> NextAsync(params byte[] kinds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var head = new byte[9];
        try
        {
            while (true)
            {
                await tls.ReadExactlyAsync(head, limit.Token);
                var (kind, flags, stream) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue);
                await tls.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], limit.Token);
                if (kind == Settings && (flags & Acknowledge) == 0)
                    await WriteAsync(Settings, Acknowledge, 0, []);
                if (kinds.Contains(kind))
                    return (kind, stream);
            }
        }
        catch (IOException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => tls.DisposeAsync();

    private async Task WriteAsync(byte kind, byte flags, int stream, byte[] content)
    {
        var frame = new byte[9 + content.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, kind, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        content.CopyTo(frame, 9);
        await tls.WriteAsync(frame);
    }

    // A literal that nobody remembers, its name and value as they are.
    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
