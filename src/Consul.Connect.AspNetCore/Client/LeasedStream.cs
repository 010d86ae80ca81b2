namespace ConsulConnect.Client;

/// <summary>A body being read, or an upgraded connection in use; its lease ends with it.</summary>
internal sealed class LeasedStream(Stream inner, Lease lease) : Stream
{
    // An answer that is dropped unread would keep its instance busy for ever, and its handler alive.
    ~LeasedStream() => lease.Drop();

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override bool CanTimeout => inner.CanTimeout;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Ended(await inner.ReadAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception e) when (IsBreak(e))
        {
            lease.End(LeaseOutcome.Failed);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Ended(inner.Read(buffer), buffer.Length);
        }
        catch (Exception e) when (IsBreak(e))
        {
            lease.End(LeaseOutcome.Failed);
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            lease.End(LeaseOutcome.Answered);
        }

        base.Dispose(disposing);
    }

    // Not what the app did to itself: cancelling, or reading what it has disposed.
    private static bool IsBreak(Exception e) => e is IOException or HttpRequestException;

    // The end of a body is the end of the request; an upgraded connection may still be written to.
    private int Ended(int count, int wanted)
    {
        if (count == 0 && wanted > 0 && !inner.CanWrite)
            lease.End(LeaseOutcome.Answered);
        return count;
    }
}
