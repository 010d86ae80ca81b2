using System.Diagnostics.Metrics;
using ConsulConnect;
using ConsulConnect.Configuration;
using ConsulConnect.Registration;
using ConsulConnect.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the mesh to a container.</summary>
public static class ConsulConnectServiceCollectionExtensions
{
    /// <summary>
    /// Adds this app's identity in the mesh, a <see cref="ConnectService"/>, without a mesh listener: for workers and for apps
    /// that only call. Calling it again changes nothing but adds <paramref name="configure"/>.
    /// </summary>
    /// <param name="configure">Runs after the <c>Consul</c> section and Consul's environment variables were read, and wins over both.</param>
    public static IServiceCollection AddConsulConnect(this IServiceCollection services, Action<ConsulConnectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.AddSingleton(new CodeOptions(configure));
        services.TryAddSingleton(provider => ConnectConfiguration.Read(
            provider.GetService<IConfiguration>(),
            Environment.GetEnvironmentVariable,
            options =>
            {
                foreach (var code in provider.GetServices<CodeOptions>())
                    code.Configure(options);
            }));
        services.TryAddSingleton(provider => new ConnectService(
            provider.GetRequiredService<ReadResult>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<IMeterFactory>(),
            provider.GetService<IConnectResolver>(),
            Readiness(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ConnectHost>());
        return services;
    }

    private static HealthReadiness Readiness(IServiceProvider provider) => new(
        provider.GetService<HealthCheckService>,
        () => [.. provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Where(check => !ConsulConnectHealthChecksBuilderExtensions.IsMesh(check))]);

    private sealed record CodeOptions(Action<ConsulConnectOptions> Configure);
}
