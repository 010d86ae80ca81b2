using ConsulConnect.Agent;

namespace ConsulConnect.Registration;

/// <summary>An app without health checks: it is well while it runs.</summary>
internal sealed class AlwaysReady : IReadiness
{
    public static readonly ReadinessReport Report = new(CheckStatus.Passing, "The app runs; it has no health checks of its own.");

    public Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken) => Task.FromResult(Report);
}
