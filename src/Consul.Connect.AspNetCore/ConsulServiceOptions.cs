namespace ConsulConnect;

/// <summary>Consul's own service definition: the entry this app keeps in the catalog while it serves.</summary>
public sealed class ConsulServiceOptions
{
    /// <summary>The service name; callers and intentions know this app by it. Required.</summary>
    public string? Name { get; set; }

    /// <summary>The instance id, unique on one agent. Default: the name, the machine's name and the port.</summary>
    public string? Id { get; set; }

    /// <summary>The address callers dial. Default: what the mesh listener is bound to; for a wildcard bind the agent's node address.</summary>
    public string? Address { get; set; }

    /// <summary>The port callers dial. Default 0: the port the mesh listener is really bound to.</summary>
    public int Port { get; set; }

    /// <summary>Tags of the instance. Default none.</summary>
    public IList<string> Tags { get; } = [];

    /// <summary>Metadata of the instance. Default none.</summary>
    public IDictionary<string, string> Meta { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
