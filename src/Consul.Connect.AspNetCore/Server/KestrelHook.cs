using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Server;

/// <summary>
/// Takes the configured endpoint of our name as the mesh listener. It acts early, so that it can tell afterwards whether it
/// really ran: an endpoint that is configured but not ours would serve the mesh's address without the mesh's rules.
/// </summary>
internal sealed class KestrelHook(string endpoint, MeshListener listener, MeshListeners listeners) : IConfigureOptions<KestrelServerOptions>, IPostConfigureOptions<KestrelServerOptions>
{
    private KestrelConfigurationLoader? _loader;
    private ListenOptions? _taken;
    private bool _ran;

    public void Configure(KestrelServerOptions options)
    {
        // A caller behind the built-in proxy may speak HTTP/2 with the scheme http inside TLS; elsewhere our first middleware refuses that.
        options.AllowAlternateSchemes = true;
        _loader = options.ConfigurationLoader?.Endpoint(endpoint, Take);
    }

    /// <summary>The last look before Kestrel binds, because anything registered after us may have changed its options since.</summary>
    /// <exception cref="InvalidOperationException">Kestrel would bind from another configuration than the one we act on.</exception>
    public void Verify(KestrelServerOptions options)
    {
        if (!ReferenceEquals(options.ConfigurationLoader, _loader))
            throw Missed(null);
    }

    public void PostConfigure(string? name, KestrelServerOptions options)
    {
        Verify(options);
        if (_loader is not { } loader)
            return;
        var section = loader.Configuration.GetSection($"Endpoints:{endpoint}");
        RefuseContradictions(section);
        Exception? fault = null;
        try
        {
            loader.Load();
        }
        catch (Exception e) when (!_ran && section["Url"] is not null)
        {
            // Without us Kestrel looks for a certificate, and its own message would send the reader after one.
            fault = e;
        }

        if (!_ran && section["Url"] is not null)
            throw Missed(fault);
    }

    private InvalidOperationException Missed(Exception? fault) => new(
        $"Kestrel:Endpoints:{endpoint} cannot be the mesh's, because the mesh's settings did not reach it: another Endpoint(\"{endpoint}\", …) action or another Configure(…) of Kestrel replaced them. "
        + "Remove that call, or make it before UseConsulConnect().", fault);

    private void Take(EndpointConfiguration configuration)
    {
        _ran = true;
        // Again, because a reload of the configuration comes straight here.
        RefuseContradictions(configuration.ConfigSection);
        var protocols = configuration.HttpsOptions.SslProtocols;
        if (protocols != SslProtocols.None && (protocols & (SslProtocols.Tls12 | SslProtocols.Tls13)) == SslProtocols.None)
            throw new InvalidOperationException($"Kestrel:Endpoints:{endpoint}:SslProtocols is {protocols}; the mesh speaks TLS 1.2 and 1.3; name one of them, or remove the key.");
        listener.Attach(configuration.ListenOptions, raw: false, protocols);
        listeners.Add(configuration.ListenOptions, raw: false, replaced: _taken);
        _taken = configuration.ListenOptions;
    }

    private void RefuseContradictions(IConfigurationSection section)
    {
        if (section["Url"] is { } url && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"Kestrel:Endpoints:{endpoint}:Url is {url}; the mesh speaks TLS only, write https://.");
        foreach (var key in (ReadOnlySpan<string>)["Certificate", "Sni", "ClientCertificateMode"])
        {
            if (section.GetSection(key).Exists())
                throw new InvalidOperationException($"Kestrel:Endpoints:{endpoint}:{key} is set; the mesh brings its own certificate and always requires the caller's; remove the key.");
        }

        if (section["Protocols"] is { } protocols && protocols.Contains("Http3", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"Kestrel:Endpoints:{endpoint}:Protocols is {protocols}; HTTP/3 would bypass the mesh's TLS and authorization; write Http1AndHttp2.");
    }
}
