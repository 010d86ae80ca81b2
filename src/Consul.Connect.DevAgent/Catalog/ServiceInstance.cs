using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>A registered service.</summary>
/// <param name="Definition">With its id.</param>
/// <param name="IsLocal">The agent's own, as opposed to the one server in the catalog.</param>
/// <param name="ParentId">The service whose registration brought this sidecar; null: it was registered by itself.</param>
internal sealed record ServiceInstance(ServiceDefinition Definition, bool IsLocal = true, string? ParentId = null)
{
    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }

    public string Id => Definition.Id;

    public string Name => Definition.Name;

    public IReadOnlyList<string> Tags => Definition.Tags ?? [];

    /// <summary>The service whose callers find this instance in the mesh; null: none does.</summary>
    public string? Destination =>
        Definition.IsProxy ? Definition.Proxy?.DestinationServiceName
        : Definition.IsNative ? Name
        : null;
}
