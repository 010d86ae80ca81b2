using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>An app without health checks: it is well while it runs.</summary>
internal sealed class AlwaysReady : IReadiness
{
    private static readonly Task<ReadinessReport> Report = Task.FromResult(new ReadinessReport(CheckStatus.Passing, "The app runs; it has no health checks of its own."));

    public Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken) => Report;
}
