using ConsulConnect;
using ConsulConnect.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the mesh to the app's health checks.</summary>
public static class ConsulConnectHealthChecksBuilderExtensions
{
    /// <summary>
    /// Reports whether this app can serve the mesh; asks nobody, and tells no secret. Unhealthy: not ready, no valid certificate, past
    /// <see cref="ConnectAuthorizationOptions.MaxStaleness"/>, or refused by the agent for 30 s. Degraded: intentions older than 60 s or
    /// roots older than 5 min because the agent does not answer, a certificate past 80 % of its life, an app that is not in the catalog
    /// where it asks to be, or less than a tenth of the ACL token's life left, where the agent tells. Intentions that deny because
    /// they cannot be used are named as a warning and change nothing. Where the process is several services, it reports on all of them.
    /// </summary>
    /// <param name="builder">The app's checks.</param>
    /// <param name="name">The check's name. Default <c>consul-connect</c>.</param>
    /// <param name="failureStatus">What to report instead of Unhealthy. Default null: Unhealthy.</param>
    /// <param name="tags">Tags to select the check by. Default none.</param>
    /// <exception cref="InvalidOperationException">When checked: neither <c>UseConsulConnect()</c> nor <c>AddConsulConnect()</c> was called.</exception>
    public static IHealthChecksBuilder AddConsulConnect(this IHealthChecksBuilder builder, string name = "consul-connect", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(name, Create, failureStatus, tags));
    }

    /// <summary>Whether this check is the mesh's own, under whatever name.</summary>
    internal static bool IsMesh(HealthCheckRegistration check) => check.Factory == (Func<IServiceProvider, IHealthCheck>)Create;

    private static MeshHealthCheck Create(IServiceProvider services) => new(
        services.GetService<ConnectServices>() ?? throw new InvalidOperationException("The mesh's health cannot be checked: call builder.WebHost.UseConsulConnect() or services.AddConsulConnect()."),
        services.GetService<TimeProvider>() ?? TimeProvider.System);
}
