using System.Buffers;
using System.Net;

namespace ConsulConnect.Client;

/// <summary>A response's body with the lease it holds: buffered nowhere, released at its end.</summary>
internal sealed class LeasedContent : HttpContent
{
    private const int BufferSize = 8192;

    private readonly HttpContent _content;
    private readonly OpenAnswers _open;
    private readonly bool _isFailure;
    private readonly SentBody? _sent;
    private int _ended;

    /// <param name="content">The handler's own body.</param>
    /// <param name="lease">Ends with it.</param>
    /// <param name="isFailure">However it ends, the instance has failed this request.</param>
    /// <param name="sent">The request's body, which may still be on its way while the answer is read.</param>
    public LeasedContent(HttpContent content, Lease lease, bool isFailure, SentBody? sent)
    {
        (_content, _open, _isFailure, _sent) = (content, lease.Open(), isFailure, sent);
        ContentHeaders.Copy(content, this);
    }

    /// <summary>Reads on, and ends the lease when that meets the body's end or a break.</summary>
    public ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var reading = body.ReadAsync(buffer, cancellationToken);
        // Most of a body has come before it is asked for.
        return reading.IsCompletedSuccessfully ? new(Read(body, reading.Result, buffer.Length)) : ReadAsync(body, reading, buffer.Length);
    }

    /// <inheritdoc cref="ReadAsync(Stream, Memory{byte}, CancellationToken)"/>
    public int Read(Stream body, Span<byte> buffer)
    {
        try
        {
            return Read(body, body.Read(buffer), buffer.Length);
        }
        catch (Exception e) when (IsBreak(e))
        {
            End(LeaseOutcome.Failed);
            throw;
        }
    }

    /// <summary>The body has ended, or nobody reads on.</summary>
    public void End(LeaseOutcome outcome)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        if (outcome is LeaseOutcome.Failed && _sent is { IsFaulty: true })
            outcome = LeaseOutcome.Unknown;
        _open.End(_isFailure ? LeaseOutcome.Failed : outcome);
    }

    // Handing out the handler's own stream reads nothing.
    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new LeasedStream(_content.ReadAsStream(CancellationToken.None), this);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(CreateContentReadStream(CancellationToken.None));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var body = _content.ReadAsStream(CancellationToken.None);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // What reading throws is the instance's doing, what writing throws is not.
            while (await ReadAsync(body, buffer, cancellationToken) is > 0 and var count)
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
        catch
        {
            body.Dispose();
            End(LeaseOutcome.Answered);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var body = CreateContentReadStream(cancellationToken);
        body.CopyTo(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            End(LeaseOutcome.Answered);
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAsync(Stream body, ValueTask<int> reading, int wanted)
    {
        try
        {
            return Read(body, await reading, wanted);
        }
        catch (Exception e) when (IsBreak(e))
        {
            End(LeaseOutcome.Failed);
            throw;
        }
    }

    // The end of a body is the end of the request; an upgraded connection may still be written to.
    private int Read(Stream body, int count, int wanted)
    {
        if (count == 0 && wanted > 0 && !body.CanWrite)
            End(LeaseOutcome.Answered);
        return count;
    }

    // Not what the app did to itself: cancelling, or reading what it has disposed.
    private static bool IsBreak(Exception e) => e is IOException or HttpRequestException;
}
