using System.Collections.Immutable;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>All entries, sorted by kind and name.</summary>
internal sealed record ConfigTable(ImmutableSortedDictionary<ConfigKey, ConfigEntry> Entries)
{
    public static ConfigTable Empty { get; } = new(ImmutableSortedDictionary<ConfigKey, ConfigEntry>.Empty);

    public ConfigEntry? Find(string kind, string name) => Entries.GetValueOrDefault(new(kind, name));

    public T? Find<T>(string kind, string name)
        where T : ConfigEntry => Find(kind, name) as T;

    /// <param name="kind">Empty: all kinds.</param>
    public IEnumerable<ConfigEntry> OfKind(string kind) => Entries.Values.Where(entry => kind == "" || entry.Kind == kind);

    public ConfigTable With(ConfigEntry entry) => new(Entries.SetItem(entry.Key, entry));

    public ConfigTable Without(ConfigEntry entry) => new(Entries.Remove(entry.Key));
}
