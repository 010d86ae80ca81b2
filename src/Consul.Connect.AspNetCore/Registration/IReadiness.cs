using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>How well the app is, as its TTL checks tell the agent.</summary>
internal interface IReadiness
{
    /// <summary>Never throws. Cancelled, it answers with what is known by then, and what has not answered counts as critical.</summary>
    Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken);
}

/// <param name="Output">What the agent shows beside the status.</param>
internal sealed record ReadinessReport(CheckStatus Status, string Output);
