namespace ConsulConnect;

/// <summary>Whom to call: a service, a prepared query, or an address whose identity is known.</summary>
public sealed record ConnectTarget
{
    private ConnectTarget(ConnectTargetKind kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>The service's or the query's name; for a static target its address, <c>host:port</c>.</summary>
    public string Name { get; }

    /// <summary>The datacenter to ask for it; null: the agent's own.</summary>
    public string? Datacenter { get; private init; }

    /// <summary>The Enterprise namespace of the service; null: this service's own.</summary>
    public string? Namespace { get; private init; }

    /// <summary>The Enterprise admin partition of the service; null: this service's own.</summary>
    public string? Partition { get; private init; }

    /// <summary>The SPIFFE ID that the other end of a static target must prove; null for the other kinds, where it follows from discovery.</summary>
    public string? Identity { get; private init; }

    internal ConnectTargetKind Kind { get; }

    /// <summary>Which of the configured upstreams has been applied to it, or would have been; null: none has yet.</summary>
    internal string? Label { get; init; }

    /// <summary>A service of the catalog, by its name; every healthy instance will do.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds what no service name does.</exception>
    public static ConnectTarget Service(string name, string? datacenter = null, string? @namespace = null, string? partition = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(ConnectTargetKind.Service, Segment(name, nameof(name))!)
        {
            Datacenter = Segment(datacenter, nameof(datacenter)),
            Namespace = Segment(@namespace, nameof(@namespace)),
            Partition = Segment(partition, nameof(partition)),
        };
    }

    /// <summary>A prepared query, by its name or id; what it answers will do, also in another datacenter.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds what no query name does.</exception>
    public static ConnectTarget Query(string name, string? datacenter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name is "." or ".." || name.Any(c => char.IsControl(c) || c == '/'))
            throw new ArgumentException("The name of a query has no control characters and no \"/\", and is no step in a path.", nameof(name));
        return new(ConnectTargetKind.Query, name) { Datacenter = Segment(datacenter, nameof(datacenter)) };
    }

    /// <summary>An address that is in no catalog.</summary>
    /// <param name="address"><c>host:port</c>, with an IPv6 address in brackets.</param>
    /// <param name="identity">The SPIFFE ID that the other end must prove, such as <c>spiffe://…/ns/default/dc/dc1/svc/legacy</c>.</param>
    /// <exception cref="ArgumentException">The address has no port, or the identity is not that of a service.</exception>
    public static ConnectTarget Static(string address, string identity)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentException.ThrowIfNullOrEmpty(identity);
        if (!HostAndPort.TryParse(address, out _, out var fault))
            throw new ArgumentException($"The address is \"{address}\", {fault}.", nameof(address));
        if (!SpiffeId.TryParse(identity, out var id, out fault))
            throw new ArgumentException($"The identity {fault}; write for example spiffe://<trust domain>/ns/default/dc/dc1/svc/legacy.", nameof(identity));
        if (id.Kind != SpiffeKind.Service)
            throw new ArgumentException("The identity is not that of a service; write for example spiffe://<trust domain>/ns/default/dc/dc1/svc/legacy.", nameof(identity));
        return new(ConnectTargetKind.Static, address) { Identity = identity };
    }

    /// <summary>The target as people write it.</summary>
    public override string ToString() => Kind switch
    {
        ConnectTargetKind.Static => Name,
        _ => $"{Name}.{(Kind == ConnectTargetKind.Query ? "query" : "service")}{(Datacenter is null ? "" : $".{Datacenter}")}.consul",
    };

    /// <inheritdoc/>
    /// <remarks>Of the name alone: each request looks for its target, and few have the same name.</remarks>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    // Empty means what null means, as it does to Consul.
    private static string? Segment(string? name, string parameter)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        return SpiffeId.IsSegment(name)
            ? name
            : throw new ArgumentException("It holds what cannot appear in a verified identity; use letters, digits, \".\", \"_\" and \"-\".", parameter);
    }
}

internal enum ConnectTargetKind
{
    Service,
    Query,
    Static,
}
