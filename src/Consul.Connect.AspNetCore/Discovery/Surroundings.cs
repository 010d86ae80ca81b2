using System.Diagnostics.CodeAnalysis;
using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>What all upstreams of one identity share.</summary>
/// <param name="link">Null: there is no agent.</param>
/// <param name="options">The options.</param>
/// <param name="self">This service as its own leaf names it; null before the first leaf.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class Surroundings(AgentLink? link, ConsulConnectOptions options, Func<ConnectPeer?> self)
{
    private const string Default = "default";

    /// <summary>Leaf, roots, intentions and registration wait on a connection each, and as many are left for calls.</summary>
    private const int KeptConnections = 8;

    private const int MostWaiting = 4;

    // Each call at a pace is short, but a thousand at once would wait for a connection until their time is up.
    private readonly SemaphoreSlim _turns = new(MostWaiting);

    public AgentLink? Link { get; } = link;

    public ConsulConnectOptions Options { get; } = options;

    public ConnectPeer? Self => self();

    /// <summary>How many upstreams may keep a connection waiting.</summary>
    public int MaxWaiting => Math.Clamp(Options.MaxConnections - KeptConnections, 0, MostWaiting);

    public string? LocalDatacenter => self()?.Datacenter ?? Options.Datacenter;

    public string Namespace(string asked) => First(asked, self()?.Namespace, Options.Namespace);

    /// <summary>In lower case, as Consul compares partitions.</summary>
    public string Partition(string asked) => First(asked, self()?.Partition, Options.Partition).ToLowerInvariant();

    public async Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    private static string First(params ReadOnlySpan<string?> names)
    {
        foreach (var name in names)
            if (!string.IsNullOrEmpty(name))
                return name;
        return Default;
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
