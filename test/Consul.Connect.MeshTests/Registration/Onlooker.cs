using System.Collections.Concurrent;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Registration;

/// <summary>Looks at a service without a pause, as callers do, and remembers every state it was seen in.</summary>
internal sealed class Onlooker : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, CatalogInstance> _seen = [];
    private readonly Task _run;
    private int _looks;

    private Onlooker(AnyAgent agent, string service) => _run = Task.Run(() => LookAsync(agent, service));

    /// <summary>It has looked once when this completes.</summary>
    public static async Task<Onlooker> StartAsync(AnyAgent agent, string service)
    {
        var onlooker = new Onlooker(agent, service);
        await onlooker.AnotherLookAsync();
        return onlooker;
    }

    public async Task NeverSawAsync(string status)
    {
        await AnotherLookAsync();
        Assert.NotEmpty(_seen);
        Assert.False(_seen.TryGetValue(status, out var instance), $"It was seen {status}: {instance}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run;
        _end.Dispose();
    }

    private Task AnotherLookAsync()
    {
        // The one under way may have begun before something.
        var enough = Volatile.Read(ref _looks) + 2;
        return Eventually.HoldsAsync("the onlooker looks", () => Volatile.Read(ref _looks) >= enough);
    }

    private async Task LookAsync(AnyAgent agent, string service)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                foreach (var instance in await agent.InstancesAsync(service, cancellationToken: _end.Token))
                    _seen.TryAdd(instance.Status, instance);
                Interlocked.Increment(ref _looks);
            }
            catch (Exception)
            {
                // The agent is away.
            }
        }
    }
}
