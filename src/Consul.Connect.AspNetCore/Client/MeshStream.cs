using System.Net.Security;

namespace ConsulConnect.Client;

/// <summary>
/// A verified connection. It is an SslStream, because .NET's HTTP handler adds TLS of its own to anything else; and it knows
/// whether the other end has ever answered, because the one that refuses us says nothing more than that.
/// </summary>
internal sealed class MeshStream(Stream transport) : SslStream(transport, leaveInnerStreamOpen: false)
{
    private DialAttempt? _attempt;
    private volatile bool _answered;

    /// <summary>Whom the handshake has verified.</summary>
    public ConnectPeer? Verified { get; set; }

    /// <summary>Told when the other end turns out to refuse us; HTTP/2 does not pass on each error it is given.</summary>
    public Action<ConnectDeniedException>? Refused { get; set; }

    /// <summary>Whether it was offered HTTP/2 and agreed to no protocol.</summary>
    public bool AgreedToNothing => _attempt is { Protocol: { } offered } && offered == SslApplicationProtocol.Http2 && NegotiatedApplicationProtocol != offered;

    /// <summary>Watches the first answer from now on.</summary>
    public void Watch(DialAttempt attempt) => _attempt = attempt;

    /// <summary>Why it cannot be used where HTTP/2 must be agreed to. Outlives the stream.</summary>
    public Func<ConnectDialException> WrongProtocol => _attempt!.AgreedToNothing;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _answered ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_answered || count == 0)
            return base.Read(buffer, offset, count);
        try
        {
            return First(base.Read(buffer, offset, count), buffer.AsSpan(offset));
        }
        catch (IOException e) when (Refusal(e) is { } refused)
        {
            throw refused;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _answered ? base.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            // HTTP/2 waits without a buffer: that too meets an alert, but no end.
            return buffer.IsEmpty ? count : First(count, buffer.Span);
        }
        catch (IOException e) when (Refusal(e) is { } refused)
        {
            throw refused;
        }
    }

    // Who has been refused may learn it by writing first.
    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException e) when (Refusal(e) is { } refused)
        {
            throw refused;
        }
    }

    private int First(int count, ReadOnlySpan<byte> answer)
    {
        if (!_answered && AgreedToNothing && answer[..count].StartsWith("HTTP/"u8))
            throw new IOException("It answers with HTTP/1.1.", _attempt!.WrongProtocol());
        _answered = count > 0 || _answered;
        // In HTTP whoever says nothing at all refuses; other protocols may have nothing to say.
        return _answered || _attempt is not { IsHttp: true } attempt ? count : throw Tell(attempt.Refused());
    }

    private IOException? Refusal(IOException error) =>
        !_answered && error.InnerException is not ConnectDeniedException && _attempt?.Refusal(error) is { } refused ? Tell(refused) : null;

    private IOException Tell(ConnectDeniedException refused)
    {
        Refused?.Invoke(refused);
        return new(refused.Message, refused);
    }
}
