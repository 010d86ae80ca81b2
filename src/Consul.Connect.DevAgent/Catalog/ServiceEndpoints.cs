using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>The agent's services.</summary>
internal sealed class ServiceEndpoints(AgentCore core, AgentCatalog catalog) : IEndpoints
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);

    private readonly CatalogLog _log = new(core.Options.LoggerFactory);

    public void Map(RouteTable routes)
    {
        routes.Put("/v1/agent/service/register", RegisterAsync);
        routes.Put("/v1/agent/service/deregister/{id}", DeregisterAsync);
        routes.Get("/v1/agent/services", ListAsync);
        routes.Get("/v1/agent/service/{id}", GetAsync);
    }

    /// <exception cref="AgentException">There is no such service.</exception>
    public static ServiceInstance Find(CatalogTable table, string id) =>
        table.Services.TryGetValue(id, out var instance) && instance.IsLocal
            ? instance
            : throw new AgentException(404, $"Unknown service ID \"{id}\". Ensure that the service ID is passed, not the service name.");

    private async Task<AgentReply> RegisterAsync(AgentCall call)
    {
        var sent = ServiceDefinitionReader.Read(await call.ReadObjectAsync());
        ServiceValidation.Check(sent);
        var service = sent with { Id = sent.InstanceId };
        var acl = call.Acl;
        var replacesChecks = call.Parameter("replace-existing-checks") is "" or "true" or "1";
        catalog.Edit(edit =>
        {
            acl.DemandRegister(service.Name, edit.Services.GetValueOrDefault(service.Id), service.IsProxy ? service.Proxy!.DestinationServiceName : null);
            var sidecar = FillSidecar(service, edit);
            if (sidecar is not null)
                acl.DemandRegister(sidecar.Name, edit.Services.GetValueOrDefault(sidecar.Id), sidecar.Proxy!.DestinationServiceName);
            ServiceValidation.RefuseScripts(service.Checks.Concat(sidecar?.Checks ?? []));
            Registration.Put(edit, service, null, replacesChecks);
            if (sidecar is not null)
                Registration.Put(edit, sidecar, service.Id, replacesChecks);
        });
        if (!service.Name.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            _log.NameUnfitForDns(service.Name);
        return AgentReply.Empty();
    }

    private static ServiceDefinition? FillSidecar(ServiceDefinition service, CatalogEdit edit)
    {
        if (service.Sidecar is null)
            return null;
        var id = service.InstanceId + "-sidecar-proxy";
        var taken = edit.Services.Values.Where(other => other.Id != id).Select(other => other.Definition.Port).ToHashSet();
        var sidecar = SidecarDefaults.Fill(service, edit.Services.GetValueOrDefault(id)?.Definition.Port ?? 0, taken);
        ServiceValidation.CheckSidecar(sidecar);
        return sidecar;
    }

    private Task<AgentReply> DeregisterAsync(AgentCall call)
    {
        var acl = call.Acl;
        catalog.Edit(edit =>
        {
            acl.DemandWrite(Find(catalog.Current, call.Value).Name);
            edit.RemoveService(call.Value);
        });
        return Task.FromResult(AgentReply.Empty());
    }

    private Task<AgentReply> ListAsync(AgentCall call)
    {
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.Service);
        var local = catalog.Current.Services.Values.Where(instance => instance.IsLocal).ToList();
        var readable = local.Where(instance => acl.CanReadService(instance.Name)).ToList();
        var json = new JsonObject();
        foreach (var instance in readable)
        {
            var one = ServiceJson.ForAgent(instance, catalog.Node.Datacenter);
            if (filter?.Matches(one) ?? true)
                json.Add(instance.Id, one);
        }

        return Task.FromResult(AgentReply.Json(json).WithFiltered(acl, readable.Count < local.Count));
    }

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        var acl = call.Acl;
        var topic = CatalogTopics.Instance(call.Value);
        // Before the read, so that no change can fall between.
        var index = core.State.IndexOf(topic);
        var (instance, hash) = Read(call, acl);
        if (call.Parameter("hash") is { Length: > 0 } seen && seen == hash)
        {
            var wait = call.Read.Wait is { Ticks: > 0 } asked ? asked : DefaultWait;
            await core.State.WaitAsync([topic], index, wait + (Random.Shared.NextDouble() * wait / 16), call.Aborted);
            (instance, hash) = Read(call, acl);
        }

        return AgentReply.Json(ServiceJson.ForAgent(instance, catalog.Node.Datacenter, hash)).With("X-Consul-Contenthash", hash);
    }

    private (ServiceInstance Instance, string Hash) Read(AgentCall call, Acl.AclIdentity acl)
    {
        _ = call.Read;
        if (!catalog.Current.Services.TryGetValue(call.Value, out var instance) || !instance.IsLocal)
            throw new AgentException(404, $"unknown service ID: {call.Value}");
        acl.Demand(acl.CanReadService(instance.Name), "service:read", instance.Name);
        return (instance, ServiceJson.HashOf(instance));
    }
}
