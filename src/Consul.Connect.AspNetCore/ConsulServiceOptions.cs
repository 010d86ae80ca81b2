namespace ConsulConnect;

/// <summary>Consul's own service definition: the entry this app keeps in the catalog while it serves. What is not set is not sent.</summary>
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

    /// <summary>Metadata of the instance: at most 64 pairs, keys up to 128 and values up to 512 bytes. Default none.</summary>
    public IDictionary<string, string> Meta { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further addresses by tag, such as <c>lan</c>, <c>wan</c>, <c>lan_ipv4</c>. Default none.</summary>
    public IDictionary<string, ConsulTaggedAddress> TaggedAddresses { get; } = new Dictionary<string, ConsulTaggedAddress>(StringComparer.Ordinal);

    /// <summary>How much of the load this instance takes. Default null: Consul's own, 1 while passing and 1 while warning.</summary>
    public ConsulServiceWeights? Weights { get; set; }

    /// <summary>Whether others may change the tags in the catalog; then they are not put back. Default false.</summary>
    public bool EnableTagOverride { get; set; }

    /// <summary>
    /// How the agent knows that the instance is well. Every TTL check is fed with the app's health checks, those tagged <c>ready</c>
    /// where there are any. Default none, which registers one TTL check of 30 s with
    /// <see cref="ConsulCheckOptions.DeregisterCriticalServiceAfter"/> of 10 min.
    /// </summary>
    public IList<ConsulCheckOptions> Checks { get; } = [];

    /// <summary>The Enterprise namespace of the entry. Default: <see cref="ConsulConnectOptions.Namespace"/>, which it must not contradict.</summary>
    public string? Namespace { get; set; }

    /// <summary>The Enterprise admin partition of the entry. Default: <see cref="ConsulConnectOptions.Partition"/>, which it must not contradict.</summary>
    public string? Partition { get; set; }
}
