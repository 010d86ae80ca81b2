using System.Collections.Immutable;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>Changes single intentions, each write as a whole or not at all. The rights were asked for before.</summary>
internal sealed class IntentionWrites(ConfigStore store, TimeProvider clock)
{
    /// <summary>Creates or replaces the intention between two names. Its destination loses the ids of the older calls.</summary>
    /// <param name="meta">Refused, unless it is what the destination has.</param>
    public void Upsert(string destination, SourceIntention source, ImmutableSortedDictionary<string, string> meta) => Update(destination, isLegacy: false, entry =>
    {
        if (!meta.IsEmpty && entry is null)
            throw AgentException.Internal("Meta must not be specified");
        if (!meta.IsEmpty && !meta.SequenceEqual(entry!.Meta))
            throw AgentException.Internal("Meta must not be specified, or should be unchanged during an update.");
        entry ??= new(destination, []);
        var at = entry.Sources.IndexOf(one => one.Name == source.Name && one.IsLocal);
        return entry with { Sources = at < 0 ? entry.Sources.Add(source) : entry.Sources.SetItem(at, source) };
    });

    /// <summary>Refuses what <see cref="Replace(string, ImmutableArray{SourceIntention})"/> would refuse of these alone.</summary>
    public static void Check(string destination, ImmutableArray<SourceIntention> sources)
    {
        if (!sources.IsEmpty)
            IntentionsValidator.Validate(IntentionsNormalizer.Normalize(new(destination, sources), isLegacy: false), isLegacy: false);
    }

    /// <summary>Replaces all intentions of a destination; none deletes them.</summary>
    public void Replace(string destination, ImmutableArray<SourceIntention> sources) =>
        Update(destination, isLegacy: false, entry => sources.IsEmpty ? null : (entry ?? new(destination, [])) with { Sources = sources });

    /// <summary>Deletes the intention between two names, if there is one.</summary>
    public void Delete(string destination, string source) => Update(destination, isLegacy: false, entry =>
        entry is null ? null : Without(entry, entry.Sources.IndexOf(one => one.Name == source && one.IsLocal)));

    public string Create(string destination, SourceIntention source, ImmutableSortedDictionary<string, string> meta)
    {
        var id = Guid.NewGuid().ToString();
        var now = clock.GetUtcNow();
        Update(destination, isLegacy: true, entry =>
        {
            RefuseUnlessLegacy(entry);
            entry ??= new(destination, []);
            return entry with { Sources = entry.Sources.Add(source with { Legacy = new(id, meta, now, now) }) };
        });
        return id;
    }

    public void Replace(Intention intention, SourceIntention source, ImmutableSortedDictionary<string, string> meta) => Update(intention.Destination.Name, isLegacy: true, entry =>
    {
        var (id, created) = (intention.Source.Legacy!.Id, intention.Source.Legacy.CreatedAt);
        var at = IndexOf(entry, id, "modify");
        RefuseUnlessLegacy(entry);
        return entry! with { Sources = entry.Sources.SetItem(at, source with { Legacy = new(id, meta, created, clock.GetUtcNow()) }) };
    });

    public void Delete(Intention intention) => Update(intention.Destination.Name, isLegacy: true, entry =>
    {
        var at = IndexOf(entry, intention.Source.Legacy!.Id, "delete");
        RefuseUnlessLegacy(entry);
        return Without(entry!, at);
    });

    private static ServiceIntentions? Without(ServiceIntentions entry, int at) =>
        at < 0 ? entry : entry.Sources.Length == 1 ? null : entry with { Sources = entry.Sources.RemoveAt(at) };

    private static int IndexOf(ServiceIntentions? entry, string id, string verb) =>
        entry?.Sources.IndexOf(one => one.Legacy?.Id == id) is >= 0 and var at ? at : throw AgentException.Internal($"Cannot {verb} non-existent intention: '{id}'");

    private static void RefuseUnlessLegacy(ServiceIntentions? entry)
    {
        if (entry is { IsLegacy: false })
            throw AgentException.Internal($"cannot use legacy intention API to edit intentions with a destination of {GoText.Quote(entry.Name)} after editing them via a service-intentions config entry");
    }

    private void Update(string destination, bool isLegacy, Func<ServiceIntentions?, ServiceIntentions?> change) =>
        store.Update<ServiceIntentions>(ConfigKinds.ServiceIntentions, destination, before =>
        {
            var after = change(before);
            if (after is null || ReferenceEquals(after, before))
                return after;
            after = IntentionsNormalizer.Normalize(after, isLegacy);
            IntentionsValidator.Validate(after, isLegacy);
            return after;
        });
}
