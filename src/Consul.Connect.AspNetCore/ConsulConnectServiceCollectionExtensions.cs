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
        return Add(services, null, configure);
    }

    /// <summary>
    /// Adds a further identity of this process without a mesh listener: a <see cref="ConnectService"/> with the key
    /// <paramref name="name"/>, for callers that are more than one service. The agent and <c>Consul:Connect</c> are shared unless
    /// <paramref name="configure"/> changes them.
    /// </summary>
    /// <param name="name">The identity's key, and its service name where <c>Consul:Services:name</c> gives none.</param>
    /// <param name="configure">Runs after the configuration and Consul's environment variables were read, and wins over both.</param>
    public static IServiceCollection AddConsulConnect(this IServiceCollection services, string name, Action<ConsulConnectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, configure);
    }

    private static IServiceCollection Add(IServiceCollection services, string? name, Action<ConsulConnectOptions>? configure)
    {
        if (configure is not null)
            services.AddSingleton(new CodeOptions(name, configure));
        if (services.Any(service => service.ImplementationInstance is IdentityName known && known.Name == name))
            return services;

        services.AddSingleton(new IdentityName(name));
        services.TryAddKeyedSingleton(name, (provider, _) => Read(provider, name));
        services.TryAddKeyedSingleton(name, (provider, _) => new ConnectService(
            provider.GetRequiredKeyedService<ReadResult>(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<IMeterFactory>(),
            provider.GetKeyedService<IConnectResolver>(name) ?? provider.GetService<IConnectResolver>(),
            Readiness(provider)));
        services.TryAddSingleton<ConnectServices>();
        services.TryAddSingleton<ConfigurationReload>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ConnectHost>());
        return services;
    }

    private static ReadResult Read(IServiceProvider provider, string? name) => ConnectConfiguration.Read(
        provider.GetService<IConfiguration>(),
        Environment.GetEnvironmentVariable,
        provider.GetServices<CodeOptions>().Of(name),
        name);

    private static HealthReadiness Readiness(IServiceProvider provider) => new(
        provider.GetService<HealthCheckService>,
        () => [.. provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Where(check => !ConsulConnectHealthChecksBuilderExtensions.IsMesh(check))]);
}
