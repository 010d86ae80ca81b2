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

    /// <summary>A service of the catalog, by its name; every healthy instance will do.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds what no service name does.</exception>
    public static ConnectTarget Service(string name, string? datacenter = null, string? @namespace = null, string? partition = null) =>
        new(ConnectTargetKind.Service, Named(name)) { Datacenter = datacenter, Namespace = @namespace, Partition = partition };

    /// <summary>A prepared query, by its name or id; what it answers will do, also in another datacenter.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds what no query name does.</exception>
    public static ConnectTarget Query(string name, string? datacenter = null) =>
        new(ConnectTargetKind.Query, Named(name)) { Datacenter = datacenter };

    /// <summary>An address that is in no catalog.</summary>
    /// <param name="address"><c>host:port</c>, with an IPv6 address in brackets.</param>
    /// <param name="identity">The SPIFFE ID that the other end must prove, such as <c>spiffe://…/ns/default/dc/dc1/svc/legacy</c>.</param>
    /// <exception cref="ArgumentException">The address has no port, or the identity is not that of a service.</exception>
    public static ConnectTarget Static(string address, string identity)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentException.ThrowIfNullOrEmpty(identity);
        return new(ConnectTargetKind.Static, address) { Identity = identity };
    }

    /// <summary>The target as people write it.</summary>
    public override string ToString() => Kind switch
    {
        ConnectTargetKind.Static => Name,
        _ => $"{Name}.{(Kind == ConnectTargetKind.Query ? "query" : "service")}{(Datacenter is null ? "" : $".{Datacenter}")}.consul",
    };

    private static string Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name;
    }
}

internal enum ConnectTargetKind
{
    Service,
    Query,
    Static,
}
