using ConsulConnect.Discovery;

namespace ConsulConnect.Client;

/// <summary>What a request's address comes to: a target of the mesh, asked for with TLS, or an error; never a name for DNS.</summary>
internal static class MeshHost
{
    /// <exception cref="HttpRequestException">It names no target, or asks for it without TLS.</exception>
    public static ConnectTarget Of(Uri? address, IDictionary<string, ConnectUpstreamOptions> upstreams)
    {
        if (address is not { IsAbsoluteUri: true })
            throw new HttpRequestException("The request has no absolute address; write https://<service>.service.consul/.");
        if (!HostName.TryParse(address.IdnHost, upstreams, out var target, out var fault))
            throw new HttpRequestException($"This client calls the mesh and nothing else: {fault}");
        if (address.Scheme is not ("https" or "wss"))
            throw new HttpRequestException($"{address.Scheme}://{address.IdnHost} asks for \"{target.Name}\" without TLS, and the mesh has nothing else; nothing was sent. Write {(address.Scheme is "ws" ? "wss" : "https")}://{address.IdnHost}.");
        return target;
    }
}
