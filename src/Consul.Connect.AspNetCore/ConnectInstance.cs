namespace ConsulConnect;

/// <summary>One instance of a service and the identity it must prove; the trust domain is always this service's own.</summary>
/// <param name="Host">Where to dial: an IP address, or a name for the system's DNS.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Service">The service it must prove to be, in the catalog's spelling.</param>
public sealed record ConnectInstance(string Host, int Port, string Service)
{
    /// <summary>The instance's id in the catalog, for messages. Default: its address.</summary>
    public string? Id { get; init; }

    /// <summary>The namespace it must be of. Default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The admin partition it must be of. Default <c>default</c>.</summary>
    public string Partition { get; init; } = "default";

    /// <summary>The datacenter its certificate must name.</summary>
    public required string Datacenter { get; init; }

    /// <summary>How much of the traffic it gets beside the others. Default 1; 0: none.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Changes with the instance's entry in the catalog, which ends an ejection. Default: none.</summary>
    public string? Version { get; init; }

    /// <summary>The address as it is dialed.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
