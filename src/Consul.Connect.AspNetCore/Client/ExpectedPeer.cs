namespace ConsulConnect.Client;

/// <summary>Whom one dial must find, and the server name it asks for.</summary>
internal readonly record struct ExpectedPeer(SpiffeId Id, string ServerName)
{
    // What TLS and its libraries take at most.
    private const int LongestServerName = 253;

    /// <param name="identity">The SPIFFE ID of a static target, which is expected as it stands; null: the instance's, in the mesh's own trust domain.</param>
    public static ExpectedPeer Of(ConnectInstance instance, string? identity, string trustDomain)
    {
        SpiffeId id;
        if (identity is null)
            id = new(SpiffeKind.Service, trustDomain, Or(instance.Partition).ToLowerInvariant(), Or(instance.Namespace), instance.Datacenter, instance.Service);
        else if (!SpiffeId.TryParse(identity, out id, out var fault) || id.Kind is not SpiffeKind.Service)
            throw new ArgumentException($"The identity expected at {instance} is not the SPIFFE ID of a service: it {(fault.Length > 0 ? fault : "names something else")}.");
        return new(id, NameOf(id));
    }

    // As Consul's own proxies write it. A name too long for TLS is left out: the identity counts, not the name.
    private static string NameOf(SpiffeId id)
    {
        var name = id.Partition is SpiffeId.Default
            ? $"{id.Service}.{id.Namespace}.{id.Datacenter}.internal.{id.TrustDomain}"
            : $"{id.Service}.{id.Namespace}.{id.Partition}.{id.Datacenter}.internal-v1.{id.TrustDomain}";
        return name.Length <= LongestServerName ? name : "";
    }

    private static string Or(string? name) => string.IsNullOrEmpty(name) ? SpiffeId.Default : name;
}
