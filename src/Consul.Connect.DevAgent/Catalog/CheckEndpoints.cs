using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Checks;
using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>The agent's checks.</summary>
internal sealed class CheckEndpoints(AgentCatalog catalog, CheckMonitor monitor) : IEndpoints, IAsyncDisposable
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/agent/checks", ListAsync);
        routes.Put("/v1/agent/check/register", RegisterAsync);
        routes.Put("/v1/agent/check/deregister/{id}", DeregisterAsync);
        routes.Put("/v1/agent/check/pass/{id}", call => Task.FromResult(Update(call, CheckStatus.Passing, call.Parameter("note") ?? "")));
        routes.Put("/v1/agent/check/warn/{id}", call => Task.FromResult(Update(call, CheckStatus.Warning, call.Parameter("note") ?? "")));
        routes.Put("/v1/agent/check/fail/{id}", call => Task.FromResult(Update(call, CheckStatus.Critical, call.Parameter("note") ?? "")));
        routes.Put("/v1/agent/check/update/{id}", UpdateAsync);
    }

    public ValueTask DisposeAsync() => monitor.DisposeAsync();

    private Task<AgentReply> ListAsync(AgentCall call)
    {
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.Check);
        var local = catalog.Current.Checks.Values.Where(check => check.IsLocal).ToList();
        var readable = local.Where(check => check.ServiceName != "" ? acl.CanReadService(check.ServiceName) : acl.CanReadNode(catalog.Node.Name)).ToList();
        var json = new JsonObject();
        foreach (var check in readable)
        {
            var one = CheckJson.ForAgent(check, catalog.Node.Name);
            if (filter?.Matches(one) ?? true)
                json.Add(check.Id, one);
        }

        return Task.FromResult(AgentReply.Json(json).WithFiltered(acl, readable.Count < local.Count));
    }

    private async Task<AgentReply> RegisterAsync(AgentCall call)
    {
        var check = CheckDefinitionReader.ReadOwn(await call.ReadObjectAsync());
        if (check.Name == "")
            throw AgentException.BadRequest("Missing check name");
        if (check.Status != "" && !CheckStatus.IsKnown(check.Status))
            throw AgentException.BadRequest("Bad check status");
        if (CheckValidation.FaultOf(check) is { } fault)
            throw AgentException.BadRequest($"Invalid check: {fault}");
        var acl = call.Acl;
        catalog.Edit(edit =>
        {
            var service = edit.Services.GetValueOrDefault(check.ServiceId);
            if (check.ServiceId != "" && service is null)
                throw AgentException.Internal($"ServiceID \"{check.ServiceId}\" does not exist");
            if (service is not null)
                acl.DemandWrite(service.Name);
            else
                acl.Demand(acl.CanWriteNode(catalog.Node.Name), "node:write", catalog.Node.Name);
            ServiceValidation.RefuseScripts([check]);
            Registration.Put(edit, check);
        });
        return AgentReply.Empty();
    }

    private Task<AgentReply> DeregisterAsync(AgentCall call)
    {
        var acl = call.Acl;
        catalog.Edit(edit =>
        {
            acl.DemandWrite(Find(call.Value), catalog.Node.Name);
            edit.RemoveCheck(call.Value);
        });
        return Task.FromResult(AgentReply.Empty());
    }

    private async Task<AgentReply> UpdateAsync(AgentCall call)
    {
        var body = await call.ReadObjectAsync();
        var (status, output) = (body.String("Status"), body.String("Output"));
        body.End();
        return CheckStatus.IsKnown(status) ? Update(call, status, output) : throw AgentException.BadRequest($"Invalid check status: '{status}'");
    }

    private AgentReply Update(AgentCall call, string status, string output)
    {
        var acl = call.Acl;
        acl.DemandWrite(Find(call.Value), catalog.Node.Name);
        return monitor.Beat(call.Value, status, output) ? AgentReply.Empty() : throw AgentException.Internal($"CheckID \"{call.Value}\" does not have associated TTL");
    }

    private HealthCheck Find(string id) =>
        catalog.Current.Checks.TryGetValue(id, out var check) && check.IsLocal
            ? check
            : throw new AgentException(404, $"Unknown check ID \"{id}\". Ensure that the check ID is passed, not the check name.");
}
