using ConsulConnect;
using ConsulConnect.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets HTTP clients call the mesh.</summary>
public static class ConsulConnectHttpClientBuilderExtensions
{
    /// <summary>
    /// Makes this client call services of the mesh: <c>https://payments.service.consul</c>, <c>https://payments.service.dc2.consul</c>,
    /// <c>https://nearest.query.consul</c>, and no other host. Connections, instances and ejections are the
    /// <see cref="ConnectService"/>'s, shared by all clients and kept when the factory replaces its handlers. Adds the service if
    /// <c>UseConsulConnect()</c> or <c>AddConsulConnect()</c> has not, but none with a name. In <c>ConfigureHttpClientDefaults</c> it is
    /// meant for all clients of the app, which then reach nothing but the mesh.
    /// </summary>
    /// <remarks>
    /// Building the client throws <see cref="InvalidOperationException"/> when it also has a primary handler of the app's own, or calls as
    /// an identity that the app does not have. A
    /// request throws <see cref="HttpRequestException"/>, with a <see cref="ConnectDialException"/> or a
    /// <see cref="ConnectDeniedException"/> inside where the mesh is the reason.
    /// </remarks>
    /// <param name="configure">Which identity of the process calls. Default: the one without a name.</param>
    public static IHttpClientBuilder AddConsulConnect(this IHttpClientBuilder builder, Action<ConnectClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var chosen = new ConnectClientOptions();
        configure?.Invoke(chosen);
        // One with a name is somebody's decision, and not that of whoever misspells it.
        if (chosen.As is null)
            builder.Services.AddConsulConnect();
        builder.Services.AddSingleton(new MeshClientName(builder.Name));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, MeshClientFilter>());
        builder.Services.Configure<HttpClientFactoryOptions>(builder.Name, options => options.HttpMessageHandlerBuilderActions.Add(
            client => MeshClientFilter.Set(client, Caller(client, chosen.As).CreateHandler())));
        return builder;
    }

    private static ConnectService Caller(HttpMessageHandlerBuilder client, string? name) =>
        client.Services.GetKeyedService<ConnectService>(name)
        ?? throw new InvalidOperationException($"The HttpClient \"{client.Name}\" calls as \"{name}\", which this app is not; add builder.WebHost.UseConsulConnect(\"{name}\", …) or services.AddConsulConnect(\"{name}\"), or correct As.");
}
