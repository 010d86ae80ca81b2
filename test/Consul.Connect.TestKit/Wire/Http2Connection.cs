using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Security;

namespace ConsulConnect.TestKit;

/// <summary>
/// A mesh connection of HTTP/2 whose requests are the fields a test gives, in their order, bad ones too. <c>await using var wire = await
/// Http2Connection.OpenAsync(caller, app.Mesh.Port); var answer = await wire.SendAsync([(":method", "GET"), …]);</c>
/// </summary>
public sealed class Http2Connection : IAsyncDisposable
{
    private const int MaxFrame = 16 * 1024;

    private readonly SslStream _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<int, Http2Call> _streams = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private int _lastStream = -1;
    private volatile WireAnswer? _ended;

    private Http2Connection(SslStream stream)
    {
        _stream = stream;
        _reading = ReadAsync();
    }

    /// <summary>Completes when the connection has ended, with how: GOAWAY or a plain close.</summary>
    public Task<WireAnswer> Ended => _reading.ContinueWith(_ => _ended!, TaskScheduler.Default);

    public static async Task<Http2Connection> OpenAsync(MeshCaller caller, int port)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var stream = await (caller with { Alpn = [SslApplicationProtocol.Http2] }).OpenTlsAsync(port);
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var connection = new Http2Connection(stream);
        // No table: then every field of an answer stands for itself. And room for all the bodies a test may read.
        await connection.WriteAsync(Http2FrameType.Settings, 0, 0, new byte[] { 0, 1, 0, 0, 0, 0 });
        await connection.WriteAsync(Http2FrameType.WindowUpdate, 0, 0, new byte[] { 0x3f, 0, 0, 0 });
        return connection;
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<WireAnswer> SendOnceAsync(MeshCaller caller, int port, params IReadOnlyList<(string Name, string Value)> fields)
    {
        await using var connection = await OpenAsync(caller, port);
        return await connection.SendAsync(fields);
    }

    /// <summary>The fields of a request as a well-behaved client sends them.</summary>
    public static (string Name, string Value)[] Request(string method, string path, params IEnumerable<(string Name, string Value)> headers) =>
        [(":method", method), (":scheme", "https"), (":authority", "web"), (":path", path), .. headers];

    /// <summary>Sends a request without a body and reads its whole answer.</summary>
    public async Task<WireAnswer> SendAsync(params IReadOnlyList<(string Name, string Value)> fields) =>
        await (await BeginAsync(fields)).Answer;

    /// <summary>Sends the fields of a request, a character a byte.</summary>
    /// <param name="isWhole">Whether the request ends with them.</param>
    public async Task<Http2Call> BeginAsync(IReadOnlyList<(string Name, string Value)> fields, bool isWhole = true)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var block = Hpack.Encode(fields);
        await _writing.WaitAsync();
        try
        {
            // A stream's number must not be overtaken by a higher one.
            var stream = new Http2Call(this, _lastStream += 2);
            _streams[stream.Id] = stream;
            for (var sent = 0; sent == 0 || sent < block.Length; sent += MaxFrame)
            {
                var part = block.AsMemory(sent, Math.Min(MaxFrame, block.Length - sent));
                var flags = (byte)((sent + part.Length == block.Length ? Http2Flags.EndHeaders : 0) | (sent == 0 && isWhole ? Http2Flags.EndStream : 0));
                await WriteUnguardedAsync(sent == 0 ? Http2FrameType.Headers : Http2FrameType.Continuation, flags, stream.Id, part);
            }

            if (_ended is { } ended)
                stream.End(ended);
            return stream;
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        await _reading;
        _stop.Dispose();
        _writing.Dispose();
    }

    internal async Task WriteAsync(Http2FrameType type, byte flags, int stream, ReadOnlyMemory<byte> payload)
    {
        await _writing.WaitAsync();
        try
        {
            await WriteUnguardedAsync(type, flags, stream, payload);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteUnguardedAsync(Http2FrameType type, byte flags, int stream, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | (byte)type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsMemory(9));
        try
        {
            await _stream.WriteAsync(frame, _stop.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The reading side says how it ended.
        }
    }

    private async Task ReadAsync()
    {
        var ended = WireAnswer.None(WireEnd.Closed);
        var head = new byte[9];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(head, _stop.Token);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
                await _stream.ReadExactlyAsync(payload, _stop.Token);
                var (type, flags, ack) = ((Http2FrameType)head[3], head[4], (head[4] & Http2Flags.Ack) != 0);
                _streams.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), out var stream);
                if (type == Http2FrameType.Settings && !ack)
                    await WriteAsync(Http2FrameType.Settings, Http2Flags.Ack, 0, default);
                else if (type == Http2FrameType.Ping && !ack)
                    await WriteAsync(Http2FrameType.Ping, Http2Flags.Ack, 0, payload);
                else if (type == Http2FrameType.GoAway)
                    ended = WireAnswer.None(WireEnd.GoAway, BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4)));
                else
                    stream?.Take(type, flags, payload);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _ended = ended;
            foreach (var stream in _streams.Values)
                stream.End(ended);
        }
    }
}
