namespace ConsulConnect.Client;

/// <summary>Where a body is written to. It tells a connection that fails from an app that fails to write.</summary>
internal sealed class SentStream(Stream inner) : Stream
{
    private volatile bool _failed;
    private long _count;

    /// <summary>Whether the connection took no more.</summary>
    public bool HasFailed => _failed;

    /// <summary>How many bytes it was given.</summary>
    public long Count => Volatile.Read(ref _count);

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _count, buffer.Length);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (Note(e))
        {
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Interlocked.Add(ref _count, buffer.Length);
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (Note(e))
        {
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await inner.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (Note(e))
        {
        }
    }

    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception e) when (Note(e))
        {
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // Never handled, only seen. More bytes than were announced are the app's doing, and the one failure .NET words as the request's.
    private bool Note(Exception error)
    {
        _failed |= error is not HttpRequestException;
        return false;
    }
}
