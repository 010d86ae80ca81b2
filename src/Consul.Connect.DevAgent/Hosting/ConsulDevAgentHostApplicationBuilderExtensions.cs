using ConsulConnect.DevAgent.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.Hosting;

/// <summary>Gives an app under development an agent.</summary>
public static class ConsulDevAgentHostApplicationBuilderExtensions
{
    /// <summary>
    /// Starts a <see cref="ConsulConnect.DevAgent.ConsulDevAgent"/> with this app and ends it with this app, and sets
    /// <c>Consul:Address</c> to it. It does so in the environment Development alone, and only when neither <c>Consul:Address</c> nor
    /// <c>CONSUL_HTTP_ADDR</c> is set and no agent answers at 127.0.0.1:8500; in every other case it changes nothing. The agent takes
    /// 127.0.0.1:8500, where the next process finds it, or a free port when that one is taken. Under a test server it stays off.
    /// </summary>
    public static IHostApplicationBuilder AddConsulDevAgent(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddConsulDevAgent(AgentPlace.ConsulsPort, Environment.GetEnvironmentVariable);
    }

    internal static IHostApplicationBuilder AddConsulDevAgent(this IHostApplicationBuilder builder, int preferredPort, Func<string, string?> environment)
    {
        if (!builder.Environment.IsDevelopment() || !string.IsNullOrEmpty(builder.Configuration["Consul:Address"]) || !string.IsNullOrEmpty(environment("CONSUL_HTTP_ADDR")))
            return builder;
        if (AgentPlace.Find(preferredPort) is not { } place)
            return builder;
        // The address must be known before the host is built; what stands there starts with the host.
        builder.Configuration.AddInMemoryCollection([new("Consul:Address", place.Address)]);
        // Before all other services, which may ask the agent as they start; what starts first ends last.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(services => new HostedDevAgent(place, services, services.GetRequiredService<ILoggerFactory>())));
        return builder;
    }
}
