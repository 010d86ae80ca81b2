namespace ConsulConnect.Agent;

// What the catalog says about instances, as we use it; what Consul sends as null is empty here.

/// <summary>Whose instances are asked for.</summary>
/// <param name="Namespace">Null or empty: the namespace of this app.</param>
/// <param name="Partition">Null or empty: the partition of this app.</param>
internal sealed record HealthQuery(string Service, string? Datacenter = null, string? Namespace = null, string? Partition = null);

/// <param name="IsFiltered">Whether the token's rights hide something of it.</param>
internal sealed record HealthList(IReadOnlyList<HealthEntry> Entries, bool IsFiltered);

/// <summary>What a prepared query found.</summary>
/// <param name="Service">The service it found.</param>
/// <param name="Datacenter">Where it found it.</param>
/// <param name="Failovers">How many other places it had to try.</param>
internal sealed record QueryAnswer(string Service, string Datacenter, int Failovers, HealthList List);

internal sealed record HealthEntry
{
    public string Node { get; init; } = "";

    public string NodeAddress { get; init; } = "";

    public string Datacenter { get; init; } = "";

    /// <summary>Empty: an ordinary service. <c>connect-proxy</c>, <c>terminating-gateway</c> and others.</summary>
    public string Kind { get; init; } = "";

    public string Id { get; init; } = "";

    public string Service { get; init; } = "";

    /// <summary>Empty: that of the node.</summary>
    public string Address { get; init; } = "";

    /// <summary>What is no number at all counts as -1.</summary>
    public int Port { get; init; }

    public int PassingWeight { get; init; } = 1;

    public int WarningWeight { get; init; } = 1;

    public bool IsNative { get; init; }

    /// <summary>The service a proxy stands for.</summary>
    public string Destination { get; init; } = "";

    /// <summary>The other cluster it was imported from; empty: none.</summary>
    public string Peer { get; init; } = "";

    /// <summary>The worst of its checks and its node's.</summary>
    public HealthStatus Status { get; init; }

    /// <summary>Changes with the entry, but not with its checks, whose output may change all the time.</summary>
    public string Version { get; init; } = "";
}

internal enum HealthStatus
{
    Passing,
    Warning,

    /// <summary>Maintenance included, and every word that we do not know.</summary>
    Critical,
}
