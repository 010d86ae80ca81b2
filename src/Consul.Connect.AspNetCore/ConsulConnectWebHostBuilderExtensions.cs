using ConsulConnect;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
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
        return builder.ConfigureServices(services =>
        {
            services.AddConsulConnect(configure);
            if (services.Any(service => service.ServiceType == typeof(MeshServer)))
                return;
            AddListener(services);
            AddCaller(services);
            AddAttribute(services);
        });
    }

    private static void AddListener(IServiceCollection services)
    {
        // First of all filters is outermost of all middleware; host filtering and forwarded headers bring filters too.
        services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, MeshStartupFilter>());
        services.AddSingleton<MeshListeners>();
        services.AddSingleton(provider =>
        {
            var service = provider.GetRequiredService<ConnectService>();
            var limits = service.Options.Connect;
            return new MeshListener(service.Handshake, service.Decision, new(limits.MaxConcurrentHandshakes, service.Refusals), service.Refusals, service.Connections, limits.HandshakeTimeout, provider.GetService<TimeProvider>() ?? TimeProvider.System);
        });
        services.AddSingleton(provider => provider.GetRequiredService<ConnectService>().Requests);
        services.AddSingleton<MeshServer>();
        services.AddSingleton(provider => new KestrelHook(
            provider.GetRequiredService<ConnectService>().Options.Endpoint,
            provider.GetRequiredService<MeshListener>(),
            provider.GetRequiredService<MeshListeners>()));
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<KestrelHook>());
        services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<KestrelHook>());
        services.AddSingleton<IPostConfigureOptions<HttpsRedirectionOptions>, HttpsRedirectionGuard>();
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
        services.AddSingleton<AttributeRules>();
        services.AddSingleton<IAuthorizationHandler, ConnectRequirementHandler>();
        services.AddSingleton<MatcherPolicy, UncheckedEndpoints>();
        services.Decorate<IPolicyEvaluator>((app, provider) => new AttributeEvaluator(app, provider.GetRequiredService<AttributeRules>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger("ConsulConnect")));
    }
}
