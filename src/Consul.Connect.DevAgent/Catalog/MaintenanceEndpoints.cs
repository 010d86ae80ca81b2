using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>Takes a service, or the whole node, out of the answers.</summary>
internal sealed class MaintenanceEndpoints(AgentCatalog catalog) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Put("/v1/agent/service/maintenance/{id}", SetServiceAsync);
        routes.Put("/v1/agent/maintenance", SetNodeAsync);
    }

    private Task<AgentReply> SetServiceAsync(AgentCall call)
    {
        if (call.Value == "")
            throw AgentException.BadRequest("Missing service ID");
        var isEnabled = IsEnabled(call);
        var acl = call.Acl;
        catalog.Edit(edit =>
        {
            var instance = ServiceEndpoints.Find(catalog.Current, call.Value);
            acl.DemandWrite(instance.Name);
            if (isEnabled)
                Registration.PutMaintenance(edit, instance, call.Parameter("reason") ?? "");
            else
                edit.RemoveCheck(AgentCatalog.MaintenanceOf(instance.Id));
        });
        return Task.FromResult(AgentReply.Empty());
    }

    private Task<AgentReply> SetNodeAsync(AgentCall call)
    {
        var isEnabled = IsEnabled(call);
        var acl = call.Acl;
        acl.Demand(acl.CanWriteNode(catalog.Node.Name), "node:write", catalog.Node.Name);
        catalog.Edit(edit =>
        {
            if (isEnabled)
                Registration.PutMaintenance(edit, null, call.Parameter("reason") ?? "");
            else
                edit.RemoveCheck(AgentCatalog.NodeMaintenance);
        });
        return Task.FromResult(AgentReply.Empty());
    }

    private static bool IsEnabled(AgentCall call)
    {
        var text = call.Parameter("enable") ?? throw AgentException.BadRequest("Missing value for enable");
        return CatalogReads.ParseBool(text) ?? throw AgentException.BadRequest($"Invalid value for enable: \"{text}\"");
    }
}
