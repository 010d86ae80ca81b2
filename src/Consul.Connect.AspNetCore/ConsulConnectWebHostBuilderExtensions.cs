using ConsulConnect;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Joins a web host to the mesh.</summary>
public static class ConsulConnectWebHostBuilderExtensions
{
    /// <summary>
    /// Serves the mesh: the Kestrel endpoint named <c>Connect</c>, or <c>https://*:8443</c> beside the app's other addresses
    /// where none is configured, presents this service's leaf, verifies callers and lets in those whose intentions allow it.
    /// Start fails when the options are not valid or when the endpoint would be served without the mesh's rules.
    /// </summary>
    /// <param name="configure">Runs after the <c>Consul</c> section and Consul's environment variables were read, and wins over both.</param>
    public static IWebHostBuilder UseConsulConnect(this IWebHostBuilder builder, Action<ConsulConnectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseKestrelHttpsConfiguration();
        return builder.ConfigureServices(services => Add(services.AddConsulConnect(configure), name: null));
    }

    /// <summary>
    /// Serves the mesh as a further identity of this process, a <see cref="ConnectService"/> with the key <paramref name="name"/>: its own
    /// certificate, intentions, endpoint and entry in the catalog, which <c>Consul:Services:name</c> defines as <c>Consul:Service</c>
    /// does for the first. The agent, <c>Consul:Connect</c> and <c>Consul:Registration</c> are shared unless <paramref name="configure"/>
    /// changes them.
    /// </summary>
    /// <param name="name">The identity's key, and its service name where no definition gives one.</param>
    /// <param name="configure">
    /// Runs after the configuration was read. Sets <see cref="ConsulConnectOptions.Endpoint"/>, the Kestrel endpoint of this identity alone.
    /// </param>
    public static IWebHostBuilder UseConsulConnect(this IWebHostBuilder builder, string name, Action<ConsulConnectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseKestrelHttpsConfiguration();
        return builder.ConfigureServices(services => Add(services.AddConsulConnect(name, configure), name));
    }

    private static void Add(IServiceCollection services, string? name)
    {
        if (!services.Any(service => service.ServiceType == typeof(MeshServer)))
        {
            AddServer(services);
            AddCaller(services);
            AddAttribute(services);
        }

        if (!services.Any(service => service.ImplementationInstance is ServedName served && served.Name == name))
            AddIdentity(services, name);
    }

    private static void AddServer(IServiceCollection services)
    {
        // First of all filters is outermost of all middleware; host filtering and forwarded headers bring filters too.
        services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, MeshStartupFilter>());
        services.AddSingleton<MeshServer>();
        services.AddSingleton<ServedIdentities>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, OneEndpointEach>();
        services.AddSingleton<IPostConfigureOptions<HttpsRedirectionOptions>, HttpsRedirectionGuard>();
    }

    private static void AddIdentity(IServiceCollection services, string? name)
    {
        services.AddSingleton(new ServedName(name));
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<ConnectService>(name).Requests);
        services.AddKeyedSingleton(name, (provider, _) => new ServedIdentity(
            provider.GetRequiredKeyedService<ConnectService>(name),
            provider.GetRequiredKeyedService<RequestEnforcement>(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredKeyedService<ServedIdentity>(name).Hook);
        services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredKeyedService<ServedIdentity>(name).Hook);
    }

    private static void AddCaller(IServiceCollection services)
    {
        services.AddAuthenticationCore();
        services.Decorate<IAuthenticationSchemeProvider>(app => new CallerSchemeProvider(app));
        services.Decorate<IAuthenticationService>(app => new CallerAuthenticationService(app));
    }

    private static void AddAttribute(IServiceCollection services)
    {
        services.AddAuthorization(options => options.AddPolicy(ConnectAuthorizeAttribute.PolicyName, ConnectRequirement.Policy));
        services.AddSingleton<IAuthorizationHandler, ConnectRequirementHandler>();
        services.AddSingleton<MatcherPolicy, UncheckedEndpoints>();
        services.Decorate<IPolicyEvaluator>((app, provider) => new AttributeEvaluator(app, provider.GetRequiredService<ILoggerFactory>().CreateLogger("ConsulConnect")));
    }
}
