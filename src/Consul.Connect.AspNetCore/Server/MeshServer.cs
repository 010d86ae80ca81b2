using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>What has to hold for the server before it binds.</summary>
internal sealed class MeshServer(ServedIdentities identities, IOptions<KestrelServerOptions> kestrel, IOptions<HostFilteringOptions> hosts)
{
    /// <returns>Whether requests come over the network, and so from mesh connections among others.</returns>
    public bool Prepare(IServer server)
    {
        if (IsInMemory(server))
            return false;
        RefuseOthers(server);

        if (!identities.All.All(identity => identity.Service.IsStarted))
            throw new InvalidOperationException("UseConsulConnect() needs the generic host, which starts the loops that fetch this service's certificate; build the app with WebApplication.CreateBuilder or Host.CreateDefaultBuilder instead of WebHostBuilder.");
        foreach (var identity in identities.All)
            identity.Hook.Verify(kestrel.Value);
        if (hosts.Value.AllowedHosts is { Count: > 0 } allowed && !allowed.Any(IsEveryHost))
            throw new InvalidOperationException($"AllowedHosts is {string.Join(";", allowed)}; mesh callers send their own Host header, sidecars among them, and would be refused with 400. Remove AllowedHosts, or set it to *.");
        var addresses = server.Features.Get<IServerAddressesFeature>();
        var endpoint = identities.All[0].Service.Options.Endpoint;
        if (addresses is { PreferHostingUrls: true, Addresses.Count: > 0 })
            throw new InvalidOperationException($"PreferHostingUrls is on, so only {string.Join(", ", addresses.Addresses)} would be bound, and no mesh listener. Turn it off and write every address as an endpoint: {DefaultListener.Json(endpoint, addresses.Addresses)}");
        foreach (var identity in identities.All.Where(identity => !identity.Listeners.Any))
            AddDefault(identity, addresses);
        return true;
    }

    // Only one can have the port that callers expect where nothing is said.
    private void AddDefault(ServedIdentity identity, IServerAddressesFeature? addresses)
    {
        var endpoint = identity.Service.Options.Endpoint;
        if (identities.All.Count > 1 && endpoint != ConsulConnectOptions.DefaultEndpoint)
            throw new InvalidOperationException($$"""Kestrel:Endpoints:{{endpoint}} is not set, and "{{identity.Service.Name}}" is served nowhere else; add "Kestrel": { "Endpoints": { "{{endpoint}}": { "Url": "https://*:8444" } } }.""");
        DefaultListener.Add(kestrel.Value, addresses, endpoint, added =>
        {
            identity.Listener.Attach(added, raw: false);
            identity.Listeners.Add(added, raw: false);
        });
    }

    /// <summary>No network: a test server, or a tool that only reads the app's endpoints.</summary>
    public static bool IsInMemory(IServer server) => AssemblyOf(server) is "Microsoft.AspNetCore.TestHost" or "GetDocument.Insider";

    // The spellings host filtering takes for "any".
    private static bool IsEveryHost(string host) => host is "*" or "[::]" or "0.0.0.0";

    private static void RefuseOthers(IServer server)
    {
        if (AssemblyOf(server) != "Microsoft.AspNetCore.Server.Kestrel.Core")
            throw new InvalidOperationException($"UseConsulConnect() needs Kestrel, and this app runs on {AssemblyOf(server)}, which cannot verify mesh callers. Host the app with Kestrel (out of process behind IIS).");
    }

    private static string? AssemblyOf(IServer server) => server.GetType().Assembly.GetName().Name;
}
