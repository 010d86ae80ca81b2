using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>What keeps one registered check going, until it is disposed.</summary>
internal abstract class CheckRunner(CheckDefinition definition) : IAsyncDisposable
{
    /// <summary>The very registration it was started for; the next one starts another.</summary>
    public CheckDefinition Definition { get; } = definition;

    public abstract ValueTask DisposeAsync();
}
