using ConsulConnect.Certificates;

namespace ConsulConnect.Client;

/// <summary>What this service proves itself with: never without, and not for ever waiting for it.</summary>
internal sealed class OwnCredentials(string caller, ICredentialsSource source, TimeSpan patience, TimeProvider time)
{
    /// <exception cref="ConnectDialException">There are none in time, or they have ended.</exception>
    public ValueTask<MeshCredentials> GetAsync(ConnectTarget target, CancellationToken cancellationToken) =>
        At(time.GetUtcNow()) is { } current ? new(current) : WaitAsync(target, cancellationToken);

    /// <summary>Those of this moment; null: they must be waited for.</summary>
    public MeshCredentials? At(DateTimeOffset now) => source.Current is { } current && current.NotAfter > now ? current : null;

    private async ValueTask<MeshCredentials> WaitAsync(ConnectTarget target, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var first = await source.WaitAsync(either.Token);
            return first.NotAfter > time.GetUtcNow() ? first : throw NotReady(target, $"its own leaf ended at {first.NotAfter.UtcDateTime:u} ({source.LastError ?? "no new one has come"})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NotReady(target, $"it has had no certificate for {patience.TotalSeconds:0.###} s ({source.LastError ?? "no answer from the agent; are the host's services started?"})");
        }
    }

    private ConnectDialException NotReady(ConnectTarget target, string why) =>
        new(ConnectDialError.NotReady, target.ToString(), $"\"{caller}\" is not ready to call {target}: {why}. Nothing was dialed, because no connection is made without the client certificate.");
}
