using System.Buffers;

namespace ConsulConnect.Client;

/// <summary>Host names of the mesh, and nothing else: no other name is looked up, here or in DNS.</summary>
internal static class MeshHost
{
    private const string Domain = ".consul";
    private const string Forms = "Accepted are https://<service>.service.consul, https://<service>.service.<datacenter>.consul, https://<query>.query.consul and https://<query>.query.<datacenter>.consul.";

    private static readonly SearchValues<char> _allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The target that a request's address names.</summary>
    /// <exception cref="HttpRequestException">It names none, or asks for it without TLS.</exception>
    public static ConnectTarget Of(Uri? address)
    {
        if (address is not { IsAbsoluteUri: true })
            throw Refuse($"The request has no absolute address. {Forms}");
        if (!TryParse(address.IdnHost, out var target))
            throw Refuse($"{address.GetLeftPart(UriPartial.Authority)} is not an address of the mesh, and this client calls nothing else. {Forms}");
        if (address.Scheme is not ("https" or "wss"))
            throw Refuse($"{address.GetLeftPart(UriPartial.Authority)} asks for \"{target.Name}\" without TLS, which the mesh does not have; nothing was sent. Write {(address.Scheme is "ws" ? "wss" : "https")}://{address.IdnHost}.");
        return target;
    }

    /// <summary>Reads a host name without its port; letters do not matter.</summary>
    public static bool TryParse(string host, out ConnectTarget target)
    {
        target = null!;
        if (!host.EndsWith(Domain, StringComparison.OrdinalIgnoreCase))
            return false;
        var labels = host[..^Domain.Length].ToLowerInvariant().Split('.');
        if (labels.Length is not (2 or 3) || Array.Exists(labels, label => label.Length == 0 || label.AsSpan().ContainsAnyExcept(_allowed)))
            return false;
        var datacenter = labels.Length == 3 ? labels[2] : null;
        switch (labels[1])
        {
            case "service":
                target = ConnectTarget.Service(labels[0], datacenter);
                return true;
            case "query":
                target = ConnectTarget.Query(labels[0], datacenter);
                return true;
            default:
                return false;
        }
    }

    private static HttpRequestException Refuse(string message) => new(message);
}
