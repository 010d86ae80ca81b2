using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>How well the app is, as its TTL checks tell the agent.</summary>
internal interface IReadiness
{
    Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken);
}

/// <param name="Output">What the agent shows beside the status.</param>
internal sealed record ReadinessReport(CheckStatus Status, string Output);
