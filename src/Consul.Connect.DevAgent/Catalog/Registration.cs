using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>Puts a registered service and its checks into the catalog.</summary>
internal static class Registration
{
    /// <param name="edit">The change.</param>
    /// <param name="service">With its id.</param>
    /// <param name="parentId">The service this sidecar belongs to; null: it is none.</param>
    /// <param name="replacesChecks">Checks that are not listed go.</param>
    public static void Put(CatalogEdit edit, ServiceDefinition service, string? parentId, bool replacesChecks)
    {
        var instance = new ServiceInstance(service, ParentId: parentId);
        edit.Put(instance);
        var listed = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < service.Checks.Count; i++)
        {
            var check = CreateCheck(instance, service.Checks[i], i, service.Checks.Count);
            listed.Add(check.Id);
            // Whoever registers again does not know better how the service is.
            edit.Put(edit.Checks.TryGetValue(check.Id, out var known)
                ? check with { Status = known.Status, Output = known.Output, PublishedOutput = known.PublishedOutput }
                : check);
        }

        if (!replacesChecks)
            return;
        foreach (var check in edit.Checks.Values.Where(check => check.ServiceId == service.Id && !listed.Contains(check.Id)).ToList())
            edit.RemoveCheck(check.Id);
    }

    /// <summary>A check registered by itself, of a service or of the node.</summary>
    public static void Put(CatalogEdit edit, CheckDefinition definition)
    {
        var id = definition.Id != "" ? definition.Id : definition.Name;
        var service = definition.ServiceId == "" ? null : edit.Services[definition.ServiceId];
        edit.Put(Create(id, definition.Name, definition, service));
    }

    /// <summary>The check by which a service, or the node, is under maintenance.</summary>
    public static void PutMaintenance(CatalogEdit edit, ServiceInstance? service, string reason)
    {
        var (id, name, what) = service is null ? (AgentCatalog.NodeMaintenance, "Node Maintenance Mode", "node") : (AgentCatalog.MaintenanceOf(service.Id), "Service Maintenance Mode", "service");
        if (edit.Checks.ContainsKey(id))
            return;
        if (reason == "")
            reason = $"Maintenance mode is enabled for this {what}, but no reason was provided. This is a default message.";
        edit.Put(Create(id, name, new() { Notes = reason, OtherType = "maintenance" }, service));
    }

    private static HealthCheck CreateCheck(ServiceInstance instance, CheckDefinition definition, int position, int count)
    {
        var id = definition.Id;
        if (id == "")
            id = $"service:{instance.Id}{(count > 1 ? $":{position + 1}" : "")}";
        return Create(id, definition.Name != "" ? definition.Name : $"Service '{instance.Name}' check", definition, instance);
    }

    private static HealthCheck Create(string id, string name, CheckDefinition definition, ServiceInstance? service) => new()
    {
        Id = id,
        Name = name,
        // A registration is a new one even when it says the same.
        Definition = definition with { },
        Type = definition.Type,
        Status = definition.Status != "" ? definition.Status : CheckStatus.Critical,
        Notes = definition.Notes,
        ServiceId = service?.Id ?? "",
        ServiceName = service?.Name ?? "",
        ServiceTags = service?.Tags ?? [],
    };
}
