using System.Diagnostics.CodeAnalysis;

namespace ConsulConnect.Discovery;

/// <summary>The host names of the mesh. The port that may follow one is passed over, whatever it says: instances bring their own.</summary>
internal static class HostName
{
    private const string Domain = ".consul";

    private const string Forms = "write <service>.service[.<datacenter>].consul or <query>.query[.<datacenter>].consul";

    /// <summary>Whether a name is in the domain of the mesh, be it one that can be called or not.</summary>
    public static bool IsOfTheMesh(string host) => host.AsSpan().TrimEnd('.').EndsWith(Domain, StringComparison.OrdinalIgnoreCase);

    /// <param name="address">A host name, perhaps with a port.</param>
    /// <param name="upstreams">The configured ones, by first label.</param>
    /// <param name="target">Whom to call, with the configuration applied.</param>
    /// <param name="fault">Why it is none, as a sentence.</param>
    public static bool TryParse(string address, IDictionary<string, ConnectUpstreamOptions> upstreams, [NotNullWhen(true)] out ConnectTarget? target, [NotNullWhen(false)] out string? fault)
    {
        target = Parse(address, out fault);
        if (target is not null)
            target = ConfiguredTarget.Of(target, upstreams, out fault);
        return target is not null;
    }

    private static ConnectTarget? Parse(string address, out string? fault)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var host = (colon < 0 ? address : address[..colon]).ToLowerInvariant();
        fault = $"\"{Shown(address)}\" is no name of the mesh (invalid Consul DNS domain); {Forms}.";
        if (!host.EndsWith(Domain, StringComparison.Ordinal))
            return null;

        fault = $"\"{Shown(address)}\" is in the domain of the mesh, but in none of the forms that can be called (unsupported Consul DNS domain); {Forms}.";
        var labels = host[..^Domain.Length].Split('.');
        if (labels.Length is not (2 or 3) || !labels.All(label => SpiffeId.IsSegment(label)))
            return null;
        var datacenter = labels.Length == 3 ? labels[2] : null;
        var target = labels[1] switch
        {
            "service" => ConnectTarget.Service(labels[0], datacenter),
            "query" => ConnectTarget.Query(labels[0], datacenter),
            _ => null,
        };
        if (target is not null)
            fault = null;
        return target;
    }

    private static string Shown(string address) => Agent.AgentErrors.Clean(address);
}
