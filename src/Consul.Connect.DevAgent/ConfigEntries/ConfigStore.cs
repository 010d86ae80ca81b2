using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Keeps the entries. A write that would break what depends on it is refused and leaves everything as it was.</summary>
internal sealed class ConfigStore
{
    private readonly AgentState _state;
    private readonly Table<ConfigTable> _table = new(ConfigTable.Empty);

    public ConfigStore(AgentState state)
    {
        _state = state;
        // As a fresh Consul's, this table has an index of its own from the start.
        state.Write(write => write.Touch(ConfigTopics.All));
    }

    public ConfigTable Current => _table.Current;

    /// <summary>The index readers are told.</summary>
    public ulong Index => _state.IndexOf(ConfigTopics.All);

    /// <summary>Replaces an entry by what the change makes of it: null deletes it, the same one leaves it alone. The change sees no other write between.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Update<T>(string kind, string name, Func<T?, T?> change)
        where T : ConfigEntry
    {
        var isChanged = false;
        _state.Write(write =>
        {
            var before = Current.Find(kind, name);
            var after = change(before as T);
            if (ReferenceEquals(before, after))
                return;
            isChanged = true;
            if (after is not null)
                Replace(write, after with { CreateIndex = before?.CreateIndex ?? write.Index, ModifyIndex = write.Index });
            else
                Delete(write, before!);
        });
        return isChanged;
    }

    private void Replace(StateWrite write, ConfigEntry entry)
    {
        var next = Current.With(entry);
        ConfigGraph.Check(next, entry, isDeleted: false);
        Set(write, next, entry);
    }

    private void Delete(StateWrite write, ConfigEntry entry)
    {
        var next = Current.Without(entry);
        ConfigGraph.Check(next, entry, isDeleted: true);
        Set(write, next, entry);
    }

    private void Set(StateWrite write, ConfigTable next, ConfigEntry entry)
    {
        write.Set(_table, next);
        write.Touch(ConfigTopics.All, ConfigTopics.Kind(entry.Kind), ConfigTopics.Entry(entry.Kind, entry.Name));
        if (entry.Kind == ConfigKinds.ServiceIntentions)
            write.Touch(Topics.Intentions);
    }
}
