using ConsulConnect.Agent;

namespace ConsulConnect.Discovery;

/// <summary>The instances of a list that may be called, in an order that only the catalog changes.</summary>
internal static class InstanceList
{
    public static IReadOnlyList<ConnectInstance> Of(HealthList list, InstanceRules rules, bool onlyPassing, InstanceTally tally)
    {
        var entries = list.Entries.ToArray();
        Array.Sort(entries, Compare);
        var instances = new List<ConnectInstance>(entries.Length);
        var ids = new HashSet<(string Node, string Id)>();
        var addresses = new HashSet<(string Host, int Port)>();
        foreach (var entry in entries)
        {
            var weight = InstanceRules.Weigh(entry);
            var instance = rules.Read(entry, weight, out var reason);
            if (instance is null)
                tally.Skip(entry, reason);
            else if (entry.Status == HealthStatus.Critical)
                tally.Critical++;
            else if (entry.Status == HealthStatus.Warning && onlyPassing)
                tally.Warning++;
            else if (weight == 0)
                tally.Weightless++;
            else if ((entry.Id.Length > 0 && !ids.Add((entry.Node, entry.Id))) || !addresses.Add((instance.Host, instance.Port)))
                tally.Duplicates++;
            else
                instances.Add(instance);
        }

        tally.Usable = instances.Count;
        return instances;
    }

    /// <summary>The set before where it says the same, and its instances where they are the same.</summary>
    public static UpstreamSet Renew(UpstreamSet? before, IReadOnlyList<ConnectInstance> instances, string? problem)
    {
        if (before is null)
            return new([.. instances], problem);
        if (before.Problem == problem && before.Instances.SequenceEqual(instances))
            return before;
        var known = before.Instances.ToHashSet();
        return new([.. instances.Select(instance => known.TryGetValue(instance, out var same) ? same : instance)], problem);
    }

    private static int Compare(HealthEntry one, HealthEntry other)
    {
        var order = string.CompareOrdinal(one.Node, other.Node);
        order = order != 0 ? order : string.CompareOrdinal(one.Id, other.Id);
        order = order != 0 ? order : string.CompareOrdinal(one.Address, other.Address);
        return order != 0 ? order : one.Port.CompareTo(other.Port);
    }
}
