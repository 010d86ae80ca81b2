using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConsulConnect.Server;

/// <summary>
/// Binds <c>https://*:8443</c> where the app names no mesh listener, and keeps the addresses the app has: Kestrel drops those of
/// <c>urls</c> as soon as there is any other listener, so they become listeners too.
/// </summary>
internal static class DefaultListener
{
    public const int Port = 8443;
    private const string KestrelsOwnDefault = "http://localhost:5000";

    public static void Add(KestrelServerOptions options, IServerAddressesFeature? addresses, string endpoint, Action<ListenOptions> attach)
    {
        // Listeners from code or configuration already make Kestrel ignore the addresses; then only the mesh is added.
        if (KestrelListeners.Of(options).Count == 0 && addresses is not null)
        {
            var urls = addresses.Addresses.Count > 0 ? [.. addresses.Addresses] : (List<string>)[KestrelsOwnDefault];
            foreach (var url in urls)
                Listen(options, url, urls, endpoint);
            addresses.Addresses.Clear();
        }

        options.ListenAnyIP(Port, attach);
    }

    private static void Listen(KestrelServerOptions options, string url, List<string> urls, string endpoint)
    {
        var address = Parse(url, urls, endpoint);
        var https = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        Action<ListenOptions> configure = listener =>
        {
            if (https)
                listener.UseHttps();
        };
        if (address.IsUnixPipe)
            options.ListenUnixSocket(address.UnixPipePath, configure);
        else if (address.IsNamedPipe)
            options.ListenNamedPipe(address.NamedPipeName, configure);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            options.ListenLocalhost(address.Port, configure);
        else if (IPAddress.TryParse(address.Host, out var ip))
            options.Listen(ip, address.Port, configure);
        else
            options.ListenAnyIP(address.Port, configure);
    }

    private static BindingAddress Parse(string url, IEnumerable<string> urls, string endpoint)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (string.IsNullOrEmpty(address.PathBase) && address.Scheme.ToLowerInvariant() is "http" or "https")
                return address;
        }
        catch (FormatException)
        {
            // Falls through to the message, which says what to write instead.
        }

        throw new InvalidOperationException($"The address {url} cannot be kept beside the mesh's. Write every address as an endpoint: {Json(endpoint, urls)}");
    }

    /// <summary>All addresses as endpoints, to be pasted into appsettings.json.</summary>
    public static string Json(string endpoint, IEnumerable<string> urls)
    {
        var others = urls.Select((url, i) => $", \"Local{(i == 0 ? "" : i + 1)}\": {{ \"Url\": \"{url}\" }}");
        return $$"""{ "Kestrel": { "Endpoints": { "{{endpoint}}": { "Url": "https://*:{{Port}}" }{{string.Concat(others)}} } } }""";
    }
}
