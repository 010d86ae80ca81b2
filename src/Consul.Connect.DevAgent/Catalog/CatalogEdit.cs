using System.Collections.Immutable;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>One change of the catalog: what is put and removed, and what that does to indexes, topics and checks that follow other checks.</summary>
internal sealed class CatalogEdit(CatalogTable before, ulong index, string nodeName)
{
    private readonly ImmutableSortedDictionary<string, ServiceInstance>.Builder _services = before.Services.ToBuilder();
    private readonly ImmutableSortedDictionary<string, HealthCheck>.Builder _checks = before.Checks.ToBuilder();

    public IReadOnlyDictionary<string, ServiceInstance> Services => _services;

    public IReadOnlyDictionary<string, HealthCheck> Checks => _checks;

    public void Put(ServiceInstance instance)
    {
        var known = before.Services.GetValueOrDefault(instance.Id);
        var isSame = known is not null && known.ParentId == instance.ParentId && ServiceJson.HashOf(known) == ServiceJson.HashOf(instance);
        _services[instance.Id] = isSame ? known! : instance with { CreateIndex = known?.CreateIndex ?? index, ModifyIndex = index };
    }

    public void Put(HealthCheck check)
    {
        var known = before.Checks.GetValueOrDefault(check.Id);
        var isSame = known is not null && known.LooksLike(check);
        _checks[check.Id] = check with { CreateIndex = known?.CreateIndex ?? index, ModifyIndex = isSame ? known!.ModifyIndex : index };
    }

    /// <summary>With its checks, and the sidecar that came with it.</summary>
    public void RemoveService(string id)
    {
        if (!_services.Remove(id))
            return;
        foreach (var check in _checks.Values.Where(check => check.ServiceId == id).ToList())
            _checks.Remove(check.Id);
        foreach (var sidecar in _services.Values.Where(instance => instance.ParentId == id).ToList())
            RemoveService(sidecar.Id);
    }

    public void RemoveCheck(string id) => _checks.Remove(id);

    /// <summary>Stores the result; when nothing changed, nothing is written and nobody wakes.</summary>
    public void Commit(StateWrite write, Table<CatalogTable> table)
    {
        AliasChecks.Follow(_checks, Put, _services.ContainsKey, nodeName);
        var changes = new CatalogChanges(before, _services.ToImmutable(), _checks.ToImmutable());
        write.Set(table, changes.Apply(index));
        write.Touch([.. changes.Topics]);
        // What only the agent itself shows, such as a check's newest output, has no reader that waits.
        if (changes.IsLocalOnly)
            write.Touch(LocalTopic);
    }

    private const string LocalTopic = "agent-local";
}
