using ConsulConnect.DevAgent.Services;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>The catalog of this agent, which is its datacenter's only node.</summary>
internal sealed class AgentCatalog
{
    public const string NodeMaintenance = "_node_maintenance";
    private const int ServerPort = 8300;
    private const string ServiceMaintenancePrefix = "_service_maintenance:";

    private readonly AgentCore _core;
    private readonly Table<CatalogTable> _table = new(new());

    public AgentCatalog(AgentCore core)
    {
        _core = core;
        Node = new(core.NodeId, core.NodeName, core.Options.Datacenter, core.State.Index + 1);
        core.State.Write(write =>
        {
            write.Set(_table, new() { NodesIndex = write.Index });
            write.Touch(CatalogTopics.Nodes);
        });
        Edit(edit =>
        {
            edit.Put(new ServiceInstance(new() { Id = "consul", Name = "consul", Port = ServerPort }, IsLocal: false));
            edit.Put(new HealthCheck
            {
                Id = "serfHealth",
                Name = "Serf Health Status",
                Definition = new() { OtherType = "serf" },
                IsLocal = false,
                Status = CheckStatus.Passing,
                Output = "Agent alive and reachable",
                PublishedOutput = "Agent alive and reachable",
            });
        });
    }

    public CatalogNode Node { get; }

    public CatalogTable Current => _table.Current;

    public static string MaintenanceOf(string serviceId) => ServiceMaintenancePrefix + serviceId;

    /// <summary>Called after each change. Set once, by what runs the checks.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>Changes the catalog; when the change throws, nothing is stored.</summary>
    public void Edit(Action<CatalogEdit> change)
    {
        _core.State.Write(write =>
        {
            var edit = new CatalogEdit(_table.Current, write.Index, Node.Name);
            change(edit);
            edit.Commit(write, _table);
        });
        Changed();
    }

    /// <summary>What was registered with this agent is gone, as after a start with an empty data directory.</summary>
    public void Forget() => Edit(edit =>
    {
        foreach (var instance in edit.Services.Values.Where(instance => instance.IsLocal).ToList())
            edit.RemoveService(instance.Id);
        foreach (var check in edit.Checks.Values.Where(check => check.IsLocal).ToList())
            edit.RemoveCheck(check.Id);
    });

    /// <summary>The state a check has reached, unless it was removed or registered anew meanwhile.</summary>
    public void Report(string checkId, CheckDefinition definition, string status, string output) => Edit(edit =>
    {
        if (edit.Checks.TryGetValue(checkId, out var check) && ReferenceEquals(check.Definition, definition))
            edit.Put(check.Reach(status, output));
    });
}
