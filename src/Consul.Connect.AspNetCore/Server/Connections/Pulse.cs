using System.Threading.Channels;

namespace ConsulConnect.Server;

/// <summary>Wakes one loop: beats that come while it is awake are one beat.</summary>
internal sealed class Pulse(TimeProvider time)
{
    private readonly Channel<bool> _beats = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Beat() => _beats.Writer.TryWrite(true);

    /// <summary>Completes at the next beat, or after some time; null: at the next beat only.</summary>
    public async ValueTask WaitAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(atMost ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await _beats.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is time.
        }
    }
}
