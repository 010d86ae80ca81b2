using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>
/// Asks once, when a service is first called, whether routers, splitters or resolvers stand before its instances, and says so: sidecars
/// follow them, and this app does not. An agent that does not know or does not tell is left in peace.
/// </summary>
internal sealed class ChainReport(HealthQuery query, string upstream, Surroundings around) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task _asking = Task.CompletedTask;
    private bool _stopped;

    /// <summary>The service is called.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_stopped)
                return;
            // It must not live in the activity of the request that happened to be the first.
            using (ExecutionContext.SuppressFlow())
                _asking = Task.Run(AskAsync);
        }
    }

    /// <summary>The instances have been told: asking makes sense, and keeps nobody waiting.</summary>
    public void AgentAnswers() => _answers.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _stopped = true;
        await _stopping.CancelAsync();
        await _asking;
        _stopping.Dispose();
    }

    private async Task AskAsync()
    {
        try
        {
            await _answers.Task.WaitAsync(_stopping.Token);
            using var turn = await around.TakeTurnAsync(_stopping.Token);
            var chain = (await around.Link!.Client.GetDiscoveryChainAsync(query, _stopping.Token)).Value;
            string?[] parts = [chain.HasRouter ? "router" : null, chain.HasSplitter ? "splitter" : null, chain.HasResolver ? "resolver" : null];
            if (parts.OfType<string>().ToList() is { Count: > 0 } found)
                around.Link.Logger.ChainIsNotFollowed(upstream, string.Join(" and a ", found));
        }
        catch (Exception e) when (e is AgentException or OperationCanceledException)
        {
        }
    }
}
