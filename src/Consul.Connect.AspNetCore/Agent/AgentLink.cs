using Microsoft.Extensions.Logging;

namespace ConsulConnect.Agent;

/// <summary>What all loops of one identity share: the client, the clock, and what one of them learns for all.</summary>
internal sealed class AgentLink(IAgentClient client, TimeProvider time, TimeSpan waitTime, ILogger logger, ConnectMetrics metrics)
{
    public IAgentClient Client { get; } = client;

    public TimeProvider Time { get; } = time;

    public TimeSpan WaitTime { get; } = waitTime;

    public ILogger Logger { get; } = logger;

    public ConnectMetrics Metrics { get; } = metrics;
}
