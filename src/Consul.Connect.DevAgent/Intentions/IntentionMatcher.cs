using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Which intentions are about a service, in order of precedence.</summary>
internal static class IntentionMatcher
{
    public static List<Intention> All(ConfigTable table)
    {
        List<Intention> all = [.. Entries(table).SelectMany(Of)];
        all.Sort();
        return all;
    }

    /// <summary>Those about calls to this service; names of destinations compare in any case.</summary>
    public static List<Intention> ByDestination(ConfigTable table, string name)
    {
        List<Intention> matches = [];
        string[] names = name == "*" ? ["*"] : [name, "*"];
        foreach (var one in names)
            if (Entry(table, one) is { } entry)
                matches.AddRange(Of(entry));
        matches.Sort();
        return matches;
    }

    /// <summary>Those about calls of this service; names of sources compare in their case.</summary>
    public static List<Intention> BySource(ConfigTable table, string name)
    {
        List<Intention> matches = [.. Entries(table).SelectMany(Of).Where(one => one.Source.IsLocal && (one.Source.Name == name || one.Source.Name == "*"))];
        matches.Sort();
        return matches;
    }

    /// <summary>The one between exactly these names.</summary>
    public static Intention? Exact(ConfigTable table, string peer, string source, string destination) =>
        Entry(table, destination) is { } entry && entry.Sources.FirstOrDefault(one => one.Name == source && one.Peer == peer) is { } found ? new(entry, found) : null;

    public static Intention? ById(ConfigTable table, string id)
    {
        foreach (var entry in Entries(table))
            foreach (var source in entry.Sources)
                if (source.Legacy is { } legacy && string.Equals(legacy.Id, id, StringComparison.OrdinalIgnoreCase))
                    return new(entry, source);
        return null;
    }

    public static ServiceIntentions? Entry(ConfigTable table, string destination) => table.Find<ServiceIntentions>(ConfigKinds.ServiceIntentions, destination);

    private static IEnumerable<ServiceIntentions> Entries(ConfigTable table) => table.OfKind(ConfigKinds.ServiceIntentions).Cast<ServiceIntentions>();

    private static IEnumerable<Intention> Of(ServiceIntentions entry) => entry.Sources.Select(source => new Intention(entry, source));
}
