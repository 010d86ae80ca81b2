using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Diagnostics;

/// <summary>The health check: reads what the rooms know, and asks nobody.</summary>
internal sealed class MeshHealthCheck(ConnectServices identities, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!identities.All.All(service => service.IsStarted))
            return Task.FromResult(HealthCheckResult.Healthy("The mesh is not joined here: a test server, or a host that has not started."));

        var now = time.GetUtcNow();
        var data = new Dictionary<string, object>();
        var (worst, texts) = (HealthStatus.Healthy, new List<string>());
        foreach (var service in identities.All)
        {
            var findings = MeshFindings.Of(service, now);
            texts.Add(Describe(service, findings));
            foreach (var finding in findings.Where(finding => finding.Status < worst))
                worst = finding.Status;
            Fill(data, service, now, identities.All.Count > 1 ? $"{service.Name}." : "");
        }

        // How bad it is where it fails is for the registration to say.
        return Task.FromResult(new HealthCheckResult(worst == HealthStatus.Unhealthy ? context.Registration.FailureStatus : worst, string.Join(' ', texts), data: data));
    }

    private string Describe(ConnectService service, IReadOnlyList<MeshFinding> findings)
    {
        var text = findings.Count == 0 ? $"\"{service.Name}\" is in the mesh" : string.Join("; ", findings.OrderBy(finding => finding.Status).Select(finding => finding.Text));
        if (findings.Count > 0 && identities.All.Count > 1)
            text = $"\"{service.Name}\": {text}";
        return service.Authorizer.Warning is { } warning ? $"{text}. Warning: {warning}" : $"{text}.";
    }

    private static void Fill(Dictionary<string, object> data, ConnectService service, DateTimeOffset now, string prefix)
    {
        data[prefix + "service"] = service.Name;
        data[prefix + "ready"] = service.IsReady;
        data[prefix + "provider"] = service.Options.Connect.Authorization.Provider.ToString();
        data[prefix + "defaultPolicy"] = service.Authorizer.DefaultPolicy;
        data[prefix + "connections"] = service.Connections.Count;
        if (service.Credentials.Current is { } credentials)
        {
            data[prefix + "spiffeId"] = credentials.Self.SpiffeId;
            data[prefix + "leafNotAfter"] = Stamp(credentials.NotAfter);
        }

        foreach (var watch in (IEnumerable<WatchState>)[.. service.Credentials.Watches, .. service.Authorizer.Watches])
        {
            if (watch.SinceConfirmed is { } since)
                data[$"{prefix}{watch.Name}Confirmed"] = Stamp(now - since);
            if (watch.LastError is { } error)
                data[$"{prefix}{watch.Name}Error"] = error;
        }

        if (service.Registrar is { IsStarted: true } registrar)
        {
            data[prefix + "registered"] = registrar.IsRegistered;
            if (registrar.LastError is { } error)
                data[prefix + "registrationError"] = error;
        }

        if (service.Authorizer.Warning is { } warning)
            data[prefix + "warnings"] = warning;
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
