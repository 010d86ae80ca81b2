using ConsulConnect.DevAgent;
using Microsoft.Extensions.Configuration;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Points a web host at an agent of the test that starts it.</summary>
public static class ConsulDevAgentWebHostBuilderExtensions
{
    /// <summary>Sets <c>Consul:Address</c> to this agent; it wins over the app's own settings and over <c>CONSUL_HTTP_ADDR</c>.</summary>
    /// <param name="agent">The agent, which the caller ends after the host.</param>
    public static IWebHostBuilder UseConsulDevAgent(this IWebHostBuilder builder, ConsulDevAgent agent)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(agent);
        // A setting is there before the app's first line runs, so that AddConsulDevAgent() sees it; the app's settings are read after it.
        var address = agent.Address.GetLeftPart(UriPartial.Authority);
        return builder.UseSetting("Consul:Address", address)
            .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection([new("Consul:Address", address)]));
    }
}
