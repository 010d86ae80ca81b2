using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>Instances with the state of their checks.</summary>
internal sealed class HealthEndpoints(CatalogReads reads) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/health/service/{service}", call => ListAsync(call, isConnect: false));
        routes.Get("/v1/health/connect/{service}", call => ListAsync(call, isConnect: true));
        routes.Get("/v1/health/ingress/{service}", ListIngressAsync);
        routes.Get("/v1/health/checks/{service}", call => ListChecksAsync(call, Name(call), check => check.ServiceName.Equals(call.Value, StringComparison.OrdinalIgnoreCase)));
        routes.Get("/v1/health/state/{state}", call => ListChecksAsync(call, call.Value, check => call.Value == "any" || check.Status == call.Value));
        routes.Get("/v1/health/node/{node}", call => ListChecksAsync(call, call.Value, _ => call.Value == reads.Node.Name));
    }

    /// <exception cref="AgentException">There is none in the path.</exception>
    internal static string Name(AgentCall call) => call.Value != "" ? call.Value : throw AgentException.BadRequest("Missing service name");

    /// <summary>Consul compares tags without regard to case, and wants all of them.</summary>
    internal static bool HasTags(ServiceInstance instance, IEnumerable<string?> tags) => tags.All(tag => instance.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase));

    private Task<AgentReply> ListAsync(AgentCall call, bool isConnect)
    {
        _ = call.Read;
        var name = Name(call);
        var isPassingOnly = call.Parameter("passing") is { } passing && (passing == "" || (CatalogReads.ParseBool(passing) ?? throw AgentException.BadRequest("Invalid value for ?passing")));
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        if (isConnect && !acl.CanReadService(name))
            throw new AgentException(403, "Permission denied");
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.Health);
        return reads.AnswerAsync(
            call,
            isConnect ? CatalogTopics.Reaching(name) : Topics.Service(name),
            table => isConnect ? table.IndexOfReaching(name) : table.IndexOf(name),
            table =>
            {
                var all = (isConnect ? table.Reaching(name) : table.Named(name)).Where(instance => reads.SelectsNode(call) && HasTags(instance, call.Query["tag"])).ToList();
                var visible = reads.Visible(all, acl);
                var entries = visible
                    .Where(instance => !isPassingOnly || table.ChecksOf(instance).All(check => check.Status == CheckStatus.Passing))
                    .Select(instance => (JsonNode)HealthJson.Write(instance, table, reads.Node))
                    .Where(entry => filter?.Matches(entry) ?? true);
                return (new JsonArray([.. entries]), visible.Count < all.Count);
            },
            isStreamable: true);
    }

    // There are no gateways here.
    private Task<AgentReply> ListIngressAsync(AgentCall call)
    {
        var name = Name(call);
        return reads.AnswerAsync(call, Topics.Service(name), table => table.IndexOf(name), _ => (new JsonArray(), false));
    }

    private Task<AgentReply> ListChecksAsync(AgentCall call, string name, Func<HealthCheck, bool> isAsked)
    {
        _ = name;
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        var filter = CatalogReads.ParseFilter(call, FilterSchemas.Check);
        return reads.AnswerAsync(call, CatalogTopics.Checks, table => table.ChecksIndex, table =>
        {
            var all = table.Checks.Values.Where(check => reads.SelectsNode(call) && isAsked(check)).ToList();
            var visible = all.Where(check => acl.CanReadNode(reads.Node.Name) && (check.ServiceName == "" || acl.CanReadService(check.ServiceName))).ToList();
            var entries = visible.Select(check => (JsonNode)CheckJson.ForCatalog(check, reads.Node.Name)).Where(entry => filter?.Matches(entry) ?? true);
            return (new JsonArray([.. entries]), visible.Count < all.Count);
        });
    }
}
