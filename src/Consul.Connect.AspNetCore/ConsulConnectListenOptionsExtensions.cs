using ConsulConnect;
using ConsulConnect.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Makes a Kestrel listener from code a mesh listener.</summary>
public static class ConsulConnectListenOptionsExtensions
{
    /// <summary>
    /// Serves the mesh on this listener, for HTTP or, with <see cref="ConnectListenOptions.Raw"/>, for a <c>ConnectionHandler</c>.
    /// Call it before the handler is added, and <c>UseConsulConnect()</c> on the web host.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>UseConsulConnect()</c> is missing on the web host, or the listener already has TLS.</exception>
    public static ListenOptions UseConsulConnect(this ListenOptions listenOptions, Action<ConnectListenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        var options = new ConnectListenOptions();
        configure?.Invoke(options);
        var services = listenOptions.ApplicationServices;
        if (services.GetKeyedService<ServedIdentity>(options.As) is not { } identity)
            throw new InvalidOperationException($"The listener cannot join the mesh: call builder.WebHost.UseConsulConnect({(options.As is null ? "" : $"\"{options.As}\"")}) first.");
        identity.Listener.Attach(listenOptions, options.Raw);
        identity.Listeners.Add(listenOptions, options.Raw);
        return listenOptions;
    }
}
