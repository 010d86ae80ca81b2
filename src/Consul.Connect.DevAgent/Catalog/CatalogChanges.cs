using System.Collections.Immutable;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>What differs between two states of the catalog, and whom that wakes.</summary>
internal sealed class CatalogChanges
{
    private readonly CatalogTable _before;
    private readonly ImmutableSortedDictionary<string, ServiceInstance> _services;
    private readonly ImmutableSortedDictionary<string, HealthCheck> _checks;
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _destinations = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);
    private bool _hasNewServices;
    private bool _hasNewChecks;

    public CatalogChanges(CatalogTable before, ImmutableSortedDictionary<string, ServiceInstance> services, ImmutableSortedDictionary<string, HealthCheck> checks)
    {
        (_before, _services, _checks) = (before, services, checks);
        FindServices();
        FindChecks();
        foreach (var name in _names)
            _topics.Add(ConsulConnect.DevAgent.State.Topics.Service(name));
        foreach (var destination in _destinations)
            _topics.Add(CatalogTopics.Reaching(destination));
    }

    public IReadOnlyCollection<string> Topics => _topics;

    /// <summary>Something changed that the catalog does not show.</summary>
    public bool IsLocalOnly => _topics.Count == 0 && _checks.Any(one => !ReferenceEquals(one.Value, _before.Checks.GetValueOrDefault(one.Key)));

    public CatalogTable Apply(ulong index)
    {
        var indexes = _before.NameIndexes.ToBuilder();
        var extinction = _before.ExtinctionIndex;
        var alive = _services.Values.Select(instance => instance.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in _names)
        {
            if (alive.Contains(name))
                indexes[name] = index;
            else if (indexes.Remove(name))
                extinction = index;
        }

        var addresses = _before.VirtualAddresses;
        foreach (var destination in _services.Values.Select(instance => instance.Destination).OfType<string>().Where(one => !addresses.ContainsKey(one)).Distinct(StringComparer.OrdinalIgnoreCase))
            addresses = addresses.Add(destination, addresses.Count + 1);
        return _before with
        {
            Services = _services,
            Checks = _checks,
            NameIndexes = indexes.ToImmutable(),
            VirtualAddresses = addresses,
            ServicesIndex = _hasNewServices ? index : _before.ServicesIndex,
            ChecksIndex = _hasNewChecks ? index : _before.ChecksIndex,
            ExtinctionIndex = extinction,
        };
    }

    private void FindServices()
    {
        foreach (var id in _services.Keys.Union(_before.Services.Keys, StringComparer.Ordinal))
        {
            var (old, now) = (_before.Services.GetValueOrDefault(id), _services.GetValueOrDefault(id));
            if (ReferenceEquals(old, now))
                continue;
            _hasNewServices = true;
            _topics.Add(CatalogTopics.Services);
            _topics.Add(CatalogTopics.Instance(id));
            Affect(old);
            Affect(now);
        }
    }

    private void FindChecks()
    {
        foreach (var id in _checks.Keys.Union(_before.Checks.Keys, StringComparer.Ordinal))
        {
            var (old, now) = (_before.Checks.GetValueOrDefault(id), _checks.GetValueOrDefault(id));
            if (old?.ModifyIndex == now?.ModifyIndex)
                continue;
            _hasNewChecks = true;
            _topics.Add(CatalogTopics.Checks);
            AffectServiceOf(old);
            AffectServiceOf(now);
        }
    }

    // A check of the node concerns every service on it.
    private void AffectServiceOf(HealthCheck? check)
    {
        if (check is null)
            return;
        foreach (var instance in check.ServiceId == "" ? _services.Values : _services.Values.Where(instance => instance.Id == check.ServiceId))
            Affect(instance);
    }

    private void Affect(ServiceInstance? instance)
    {
        if (instance is null)
            return;
        _names.Add(instance.Name);
        if (instance.Destination is { } destination)
            _destinations.Add(destination);
    }
}
