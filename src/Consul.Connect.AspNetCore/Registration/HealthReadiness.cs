using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Registration;

/// <summary>The app's health checks: those tagged <c>ready</c> where there are any, else all.</summary>
/// <param name="service">What runs them; null in an app that has none. Asked late, because its checks may need what is being made.</param>
/// <param name="checks">The app's own: not the mesh's, or our staleness would take the app out of the catalog.</param>
internal sealed class HealthReadiness(Func<HealthCheckService?> service, Func<IReadOnlyList<HealthCheckRegistration>> checks) : IReadiness
{
    private const string ReadyTag = "ready";

    private readonly ConcurrentDictionary<string, Task<HealthReportEntry>> _running = new(StringComparer.Ordinal);

    public async Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (service() is not { } runner || checks() is not { Count: > 0 } known)
                return AlwaysReady.Report;
            var ready = known.Where(check => check.Tags.Contains(ReadyTag, StringComparer.OrdinalIgnoreCase)).ToList();
            // One by one, so that what hangs can be named and keeps nothing from the others.
            var runs = (ready.Count > 0 ? ready : known).Select(check => (check.Name, Run: Run(runner, check, cancellationToken))).ToList();
            Task all = Task.WhenAll(runs.Select(run => run.Run));
            await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ReadinessText.Report(runs.Select(run => CheckResult.Of(run.Name, run.Run)));
        }
        catch (Exception broken)
        {
            return ReadinessText.Report([CheckResult.Broken("health checks", broken)]);
        }
    }

    /// <summary>One that has not ended since the last time is not started a second time.</summary>
    private Task<HealthReportEntry> Run(HealthCheckService runner, HealthCheckRegistration check, CancellationToken cancellationToken) =>
        _running.TryGetValue(check.Name, out var running) && !running.IsCompleted
            ? running
            : _running[check.Name] = Task.Run(() => RunAsync(runner, check, cancellationToken), CancellationToken.None);

    private static async Task<HealthReportEntry> RunAsync(HealthCheckService runner, HealthCheckRegistration check, CancellationToken cancellationToken)
    {
        var report = await runner.CheckHealthAsync(one => one.Name == check.Name, cancellationToken);
        return report.Entries.TryGetValue(check.Name, out var entry) ? entry : throw new InvalidOperationException("The health check service does not know this check.");
    }
}
