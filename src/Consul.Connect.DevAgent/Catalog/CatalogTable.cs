using System.Collections.Immutable;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>Everything registered, and the indexes by which readers notice a change.</summary>
internal sealed record CatalogTable
{
    /// <summary>By their ids.</summary>
    public ImmutableSortedDictionary<string, ServiceInstance> Services { get; init; } = ImmutableSortedDictionary.Create<string, ServiceInstance>(StringComparer.Ordinal);

    /// <summary>By their ids.</summary>
    public ImmutableSortedDictionary<string, HealthCheck> Checks { get; init; } = ImmutableSortedDictionary.Create<string, HealthCheck>(StringComparer.Ordinal);

    /// <summary>Of the newest change, by service name.</summary>
    public ImmutableDictionary<string, ulong> NameIndexes { get; init; } = ImmutableDictionary.Create<string, ulong>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The numbers of the addresses that a mesh gives to its services.</summary>
    public ImmutableDictionary<string, int> VirtualAddresses { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase);

    public ulong NodesIndex { get; init; }

    public ulong ServicesIndex { get; init; }

    public ulong ChecksIndex { get; init; }

    /// <summary>When the last instance of any service went; 0: none did yet.</summary>
    public ulong ExtinctionIndex { get; init; }

    /// <summary>Consul looks names up without regard to case.</summary>
    public IEnumerable<ServiceInstance> Named(string name) => Services.Values.Where(instance => instance.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<ServiceInstance> Reaching(string destination) => Services.Values.Where(instance => destination.Equals(instance.Destination, StringComparison.OrdinalIgnoreCase));

    /// <summary>First the node's, then the instance's own.</summary>
    public IEnumerable<HealthCheck> ChecksOf(ServiceInstance instance) =>
        Checks.Values.Where(check => check.ServiceId == "").Concat(Checks.Values.Where(check => check.ServiceId == instance.Id));

    /// <summary>What a reader of this service has seen. Where there is none it is the moment the last service went, so that other services' changes do not wake it.</summary>
    public ulong IndexOf(string name)
    {
        if (NameIndexes.TryGetValue(name, out var index))
            return index;
        return ExtinctionIndex > 0 ? ExtinctionIndex : Math.Max(NodesIndex, Math.Max(ServicesIndex, ChecksIndex));
    }

    /// <summary>The same for a reader of the instances by which a service is reached in the mesh.</summary>
    public ulong IndexOfReaching(string destination)
    {
        var newest = 0UL;
        foreach (var instance in Reaching(destination))
            newest = Math.Max(newest, IndexOf(instance.Name));
        return newest > 0 ? newest : IndexOf(destination);
    }
}
