using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

internal enum ServerKind
{
    Kestrel,
    /// <summary>No network: a test server, or a tool that only reads the app's endpoints.</summary>
    InMemory,
}

/// <summary>What has to hold for the server before it binds.</summary>
internal sealed class MeshServer(string endpoint, MeshListener listener, MeshListeners listeners, IOptions<KestrelServerOptions> kestrel, IOptions<HostFilteringOptions> hosts)
{
    public ServerKind Prepare(IServer server)
    {
        if (KindOf(server) == ServerKind.InMemory)
            return ServerKind.InMemory;

        if (hosts.Value.AllowedHosts.FirstOrDefault(host => host != "*") is { } host)
            throw new InvalidOperationException($"AllowedHosts is {host}; mesh callers send their own Host header, sidecars among them, and would be refused with 400. Remove AllowedHosts, or set it to *.");
        if (!listeners.Any)
        {
            DefaultListener.Add(kestrel.Value, server.Features.Get<IServerAddressesFeature>(), endpoint, added =>
            {
                listener.Attach(added, raw: false);
                listeners.Add(added);
            });
        }

        return ServerKind.Kestrel;
    }

    public static ServerKind KindOf(IServer server) => server.GetType().Assembly.GetName().Name switch
    {
        "Microsoft.AspNetCore.Server.Kestrel.Core" => ServerKind.Kestrel,
        "Microsoft.AspNetCore.TestHost" or "GetDocument.Insider" => ServerKind.InMemory,
        var other => throw new InvalidOperationException($"UseConsulConnect() needs Kestrel, and this app runs on {other}, which cannot verify mesh callers. Host the app with Kestrel (out of process behind IIS)."),
    };
}
