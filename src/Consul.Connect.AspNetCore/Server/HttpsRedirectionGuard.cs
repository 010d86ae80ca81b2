using System.Net;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>Keeps HTTPS redirection off the mesh port, where a browser without a mesh certificate would be refused.</summary>
internal sealed class HttpsRedirectionGuard(IConfiguration configuration, IOptions<KestrelServerOptions> kestrel, ServedIdentities mesh) : IPostConfigureOptions<HttpsRedirectionOptions>
{
    // What the middleware itself uses for "no port": it then lets requests pass.
    private const int NoPort = -1;

    public void PostConfigure(string? name, HttpsRedirectionOptions options)
    {
        if (options.HttpsPort is not null || !mesh.AnyListener || Named("HTTPS_PORT") || Named("ANCM_HTTPS_PORT"))
            return;
        var ports = KestrelListeners.Of(kestrel.Value)
            .Where(listener => KestrelListeners.HasTls(listener) && !mesh.Contains(listener))
            .Select(listener => (listener.EndPoint as IPEndPoint)?.Port)
            .Distinct()
            .ToList();
        options.HttpsPort = ports is [int port] && port != 0 ? port : NoPort;
    }

    private bool Named(string key) => !string.IsNullOrEmpty(configuration[key]);
}
