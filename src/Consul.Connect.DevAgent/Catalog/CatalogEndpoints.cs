using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>What is registered, regardless of its health.</summary>
internal sealed class CatalogEndpoints(AgentCore core, CatalogReads reads) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/catalog/datacenters", call => Task.FromResult(AgentReply.Json(new[] { core.Options.Datacenter }.ToJson())));
        routes.Get("/v1/catalog/nodes", ListNodesAsync);
        routes.Get("/v1/catalog/services", ListServicesAsync);
        routes.Get("/v1/catalog/service/{service}", call => ListAsync(call, isConnect: false));
        routes.Get("/v1/catalog/connect/{service}", call => ListAsync(call, isConnect: true));
        routes.Get("/v1/catalog/node/{node}", GetNodeAsync);
    }

    private Task<AgentReply> ListNodesAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.Node);
        return reads.AnswerAsync(call, CatalogTopics.Nodes, table => table.NodesIndex, _ =>
        {
            var isVisible = acl.CanReadNode(reads.Node.Name);
            var node = NodeJson.Write(reads.Node);
            return (isVisible && reads.SelectsNode(call) && (filter?.Matches(node) ?? true) ? new JsonArray(node) : [], !isVisible);
        });
    }

    private Task<AgentReply> ListServicesAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.CatalogService);
        return reads.AnswerAsync(call, CatalogTopics.Services, table => table.ServicesIndex, table =>
        {
            var all = table.Services.Values.Where(instance => reads.SelectsNode(call) && (filter?.Matches(ServiceJson.ForCatalog(instance, table, reads.Node)) ?? true)).ToList();
            var visible = all.Where(instance => acl.CanReadService(instance.Name)).ToList();
            var json = new JsonObject();
            foreach (var service in visible.GroupBy(instance => instance.Name).OrderBy(service => service.Key, StringComparer.Ordinal))
                json.Add(service.Key, service.SelectMany(instance => instance.Tags).Distinct().ToArray().ToJson());
            return (json, visible.Count < all.Count);
        });
    }

    private Task<AgentReply> ListAsync(AgentCall call, bool isConnect)
    {
        _ = call.Read;
        var name = HealthEndpoints.Name(call);
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.CatalogService);
        return reads.AnswerAsync(
            call,
            isConnect ? CatalogTopics.Reaching(name) : Topics.Service(name),
            table => isConnect ? table.IndexOfReaching(name) : table.IndexOf(name),
            table =>
            {
                var all = (isConnect ? table.Reaching(name) : table.Named(name)).Where(instance => reads.SelectsNode(call) && HealthEndpoints.HasTags(instance, call.Query["tag"])).ToList();
                var visible = isConnect && !acl.CanReadService(name) ? [] : reads.Visible(all, acl);
                var entries = visible.Select(instance => (JsonNode)ServiceJson.ForCatalog(instance, table, reads.Node)).Where(entry => filter?.Matches(entry) ?? true);
                return (new JsonArray([.. entries]), visible.Count < all.Count);
            });
    }

    private Task<AgentReply> GetNodeAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        return reads.AnswerAsync(call, CatalogTopics.Services, table => table.ServicesIndex, table =>
        {
            if (call.Value != reads.Node.Name || !acl.CanReadNode(call.Value))
                return (null!, call.Value == reads.Node.Name);
            var visible = reads.Visible(table.Services.Values, acl);
            var services = new JsonObject(visible.Select(instance => KeyValuePair.Create(instance.Id, (JsonNode?)ServiceJson.ForHealth(instance, table))));
            return (new JsonObject { ["Node"] = NodeJson.Write(reads.Node), ["Services"] = services }, visible.Count < table.Services.Count);
        });
    }
}
