using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Diagnostics;

/// <summary>The health check: reads what the rooms know, and asks nobody.</summary>
internal sealed class MeshHealthCheck(ConnectService service, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!service.IsStarted)
            return Task.FromResult(HealthCheckResult.Healthy("The mesh is not joined here: a test server, or a host that has not started."));

        var findings = MeshFindings.Of(service, time.GetUtcNow());
        var status = findings.Count == 0 ? HealthStatus.Healthy : findings.Min(finding => finding.Status);
        // How bad it is where it fails is for the registration to say.
        return Task.FromResult(new HealthCheckResult(
            status == HealthStatus.Unhealthy ? context.Registration.FailureStatus : status,
            Describe(findings),
            data: Data()));
    }

    private string Describe(IReadOnlyList<MeshFinding> findings)
    {
        var text = findings.Count == 0 ? $"\"{service.Name}\" is in the mesh" : string.Join("; ", findings.OrderBy(finding => finding.Status).Select(finding => finding.Text));
        return service.Authorizer.Warning is { } warning ? $"{text}. Warning: {warning}" : $"{text}.";
    }

    private Dictionary<string, object> Data()
    {
        var now = time.GetUtcNow();
        var data = new Dictionary<string, object>
        {
            ["service"] = service.Name,
            ["ready"] = service.IsReady,
            ["provider"] = service.Options.Connect.Authorization.Provider.ToString(),
            ["defaultPolicy"] = service.Authorizer.DefaultPolicy,
            ["connections"] = service.Connections.Count,
        };
        if (service.Credentials.Current is { } credentials)
        {
            data["spiffeId"] = credentials.Self.SpiffeId;
            data["leafNotAfter"] = Stamp(credentials.NotAfter);
        }

        foreach (var watch in (IEnumerable<WatchState>)[.. service.Credentials.Watches, .. service.Authorizer.Watches])
        {
            if (watch.SinceConfirmed is { } since)
                data[$"{watch.Name}Confirmed"] = Stamp(now - since);
            if (watch.LastError is { } error)
                data[$"{watch.Name}Error"] = error;
        }

        if (service.Authorizer.Warning is { } warning)
            data["warnings"] = warning;
        return data;
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
