using System.Buffers.Binary;
using System.Globalization;

namespace ConsulConnect.TestKit;

/// <summary>One request of an <see cref="Http2Connection"/>.</summary>
public sealed class Http2Call
{
    private readonly Http2Connection _connection;
    private readonly TaskCompletionSource<WireAnswer> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WireAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<byte> _block = [];
    private readonly List<byte> _body = [];
    private WireAnswer? _head;
    private bool _isLast;

    internal Http2Call(Http2Connection connection, int id) => (_connection, Id) = (connection, id);

    public int Id { get; }

    /// <summary>The status and fields, as soon as they are there.</summary>
    public Task<WireAnswer> Begun => _begun.Task;

    /// <summary>The whole answer.</summary>
    public Task<WireAnswer> Answer => _answer.Task;

    /// <summary>Sends a part of the body, of at most one frame.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> data, bool isLast) =>
        _connection.WriteAsync(Http2FrameType.Data, isLast ? Http2Flags.EndStream : Http2Flags.None, Id, data);

    /// <summary>Sends fields behind the body, which end the request.</summary>
    public Task SendTrailersAsync(params IReadOnlyList<(string Name, string Value)> fields) =>
        _connection.WriteAsync(Http2FrameType.Headers, (byte)(Http2Flags.EndHeaders | Http2Flags.EndStream), Id, Hpack.Encode(fields));

    /// <summary>Only the connection's reading loop calls this.</summary>
    internal void Take(Http2FrameType type, byte flags, byte[] payload)
    {
        switch (type)
        {
            case Http2FrameType.Headers or Http2FrameType.Continuation:
                _isLast |= type == Http2FrameType.Headers && (flags & Http2Flags.EndStream) != 0;
                _block.AddRange(payload);
                if ((flags & Http2Flags.EndHeaders) == 0)
                    return;
                Add(Hpack.Decode(_block.ToArray()));
                _block.Clear();
                break;
            case Http2FrameType.Data:
                _isLast |= (flags & Http2Flags.EndStream) != 0;
                _body.AddRange(payload);
                break;
            case Http2FrameType.Reset:
                End(WireAnswer.None(WireEnd.Reset, BinaryPrimitives.ReadUInt32BigEndian(payload)));
                return;
            default:
                return;
        }

        if (_isLast)
            End(WireAnswer.None(WireEnd.Complete));
    }

    /// <param name="end">How; the answer keeps what has come.</param>
    internal void End(WireAnswer end)
    {
        var answer = _head is null ? end : _head with { Body = _body.ToArray(), End = end.End, ErrorCode = end.ErrorCode };
        _begun.TrySetResult(answer);
        _answer.TrySetResult(answer);
    }

    private void Add(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        if (_head is not null)
        {
            // Behind the body: trailers.
            _head = _head with { Headers = [.. _head.Headers, .. fields] };
            return;
        }

        var status = int.Parse(fields.First(field => field.Key == ":status").Value, CultureInfo.InvariantCulture);
        if (status < 200)
            return;
        _head = new(status, [.. fields.Where(field => field.Key != ":status")], default, WireEnd.Open);
        _begun.TrySetResult(_head);
    }
}
