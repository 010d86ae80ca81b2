using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>What the reads of the catalog have in common: filters, blocking, the cache's headers, and what a token may see.</summary>
internal sealed class CatalogReads(AgentCore core, AgentCatalog catalog)
{
    private readonly CachedReads _cached = new();

    public CatalogTable Current => catalog.Current;

    public CatalogNode Node => catalog.Node;

    /// <exception cref="AgentException">It cannot be read.</exception>
    public static FilterExpression? ParseFilter(AgentCall call, FilterField schema)
    {
        try
        {
            return FilterExpression.Parse(call.Read.Filter, schema);
        }
        catch (FilterException e)
        {
            throw AgentException.Internal(e.Message);
        }
    }

    /// <summary>As Go reads it; null: it is neither.</summary>
    public static bool? ParseBool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    /// <summary>Whether the caller's conditions on nodes hold for the only one.</summary>
    public bool SelectsNode(AgentCall call) => call.Query["node-meta"].All(one =>
    {
        var pair = (one ?? "").Split(':', 2);
        return Node.Meta.TryGetValue(pair[0], out var value) && value == (pair.Length > 1 ? pair[1] : "");
    });

    /// <summary>Answers a read: at once, or when a topic changed beyond the caller's index.</summary>
    /// <param name="call">The call.</param>
    /// <param name="topic">What to wait for.</param>
    /// <param name="indexOf">The index of what is read.</param>
    /// <param name="read">The answer, and whether the token hid something of it.</param>
    public async Task<AgentReply> AnswerAsync(AgentCall call, string topic, Func<CatalogTable, ulong> indexOf, Func<CatalogTable, (JsonNode Json, bool IsFiltered)> read)
    {
        var options = call.Read;
        var hasWaited = options.Index > 0 && indexOf(Current) <= options.Index;
        if (hasWaited)
            await (options.Cached ? call.WaitInCacheAsync(topic) : call.WaitForChangeAsync(topic));
        var table = Current;
        var (json, isFiltered) = read(table);
        var reply = AgentReply.Json(json).WithReadHeaders(indexOf(table), options.Consistency).WithFiltered(call.Acl, isFiltered);
        return options.Cached ? reply.WithCacheHeaders(_cached.Meet(call) && !hasWaited) : reply;
    }

    /// <summary>The instances a token may see: it takes the right on the node, too.</summary>
    public List<ServiceInstance> Visible(IEnumerable<ServiceInstance> instances, AclIdentity acl) =>
        [.. instances.Where(instance => acl.CanReadNode(core.NodeName) && acl.CanReadService(instance.Name))];
}
