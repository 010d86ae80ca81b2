using ConsulConnect.Intentions;

namespace ConsulConnect.Server;

/// <summary>Whether a verified caller may connect, decided once and reported once, for every kind of listener.</summary>
internal sealed class ConnectionDecision(IAuthorizer authorizer, RefusalReport refusals, TimeSpan patience, TimeProvider time)
{
    public async ValueTask<IntentionDecision> DecideAsync(ConnectPeer caller, ConnectionKind kind, CancellationToken cancellationToken)
    {
        // Like the first handshake for the first certificate, the first connection waits for the first intentions.
        if (!authorizer.IsReady)
            await WaitAsync(caller, cancellationToken);
        var decision = await authorizer.DecideAsync(caller, kind, cancellationToken);
        refusals.Decided(caller, decision);
        return decision;
    }

    private async Task WaitAsync(ConnectPeer caller, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await authorizer.WaitReadyAsync(caller, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Decided without: unknown means denied, with the reason.
        }
    }
}
