using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Acl;
using ConsulConnect.DevAgent.Catalog;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Queries;

/// <summary>Prepared queries: their definitions.</summary>
internal sealed class QueryEndpoints(AgentCore core, CatalogReads reads) : IEndpoints
{
    private const string Topic = "queries";
    private const int IdLength = 36;

    private readonly Table<ImmutableSortedDictionary<string, PreparedQuery>> _queries = new(ImmutableSortedDictionary.Create<string, PreparedQuery>(StringComparer.Ordinal));
    private readonly QueryExecution _execution = new(reads);

    public void Map(RouteTable routes)
    {
        routes.Get("/v1/query", ListAsync);
        routes.Post("/v1/query", CreateAsync);
        routes.Get("/v1/query/{id}", GetAsync);
        routes.Put("/v1/query/{id}", UpdateAsync);
        routes.Delete("/v1/query/{id}", DeleteAsync);
        routes.Get("/v1/query/{id}/execute", call => _execution.Execute(call, Resolve(call)));
        routes.Get("/v1/query/{id}/explain", call => _execution.Explain(call, Resolve(call)));
    }

    // By id, by name, or by the template with the longest prefix of it.
    private PreparedQuery Resolve(AgentCall call)
    {
        _ = call.Read;
        _ = call.Acl;
        call.RefuseForeignDatacenter();
        var all = _queries.Current.Values.ToList();
        var query = all.Find(one => one.Id == call.Value)
            ?? all.Find(one => !one.IsTemplate && one.Name != "" && one.Name == call.Value)
            ?? all.Where(one => one.IsTemplate && call.Value.StartsWith(one.Name, StringComparison.Ordinal)).MaxBy(one => one.Name.Length);
        return query ?? throw new AgentException(404, "Query not found") { HasReadHeaders = true };
    }

    private static bool CanRead(AclIdentity acl, PreparedQuery query) => query.Name == "" && !query.IsTemplate ? acl.CanWriteQuery("") : acl.CanReadQuery(query.Name);

    private async Task<AgentReply> ListAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        await call.WaitForChangeAsync(Topic);
        var all = _queries.Current.Values.ToList();
        var visible = all.Where(query => CanRead(acl, query)).ToList();
        return AgentReply.Json(new JsonArray([.. visible.Select(query => (JsonNode)QueryJson.Write(query))]))
            .WithReadHeaders(core.State.IndexOf(Topic), call.Read.Consistency)
            .WithFiltered(acl, visible.Count < all.Count);
    }

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        if (call.Value.Length != IdLength)
            throw new AgentException(500, "failed prepared query lookup: index error: UUID must be 36 characters") { HasReadHeaders = true };
        await call.WaitForChangeAsync(Topic);
        var query = _queries.Current.GetValueOrDefault(call.Value) ?? throw new AgentException(404, "Query not found");
        if (!CanRead(acl, query))
            throw new AgentException(403, "Permission denied");
        return AgentReply.Json(new JsonArray(QueryJson.Write(query))).WithReadHeaders(core.State.IndexOf(Topic), call.Read.Consistency);
    }

    private async Task<AgentReply> CreateAsync(AgentCall call)
    {
        var query = QueryReader.Read(await call.ReadObjectAsync());
        if (query.Id != "")
            throw AgentException.Internal("ID must be empty when creating a new prepared query");
        query = query with { Id = Guid.NewGuid().ToString() };
        Store(call.Acl, query, isNew: true);
        return AgentReply.Json(new JsonObject { ["ID"] = query.Id });
    }

    private async Task<AgentReply> UpdateAsync(AgentCall call)
    {
        var query = QueryReader.Read(await call.ReadObjectAsync());
        Store(call.Acl, query with { Id = call.Value }, isNew: false);
        return AgentReply.Empty();
    }

    private Task<AgentReply> DeleteAsync(AgentCall call)
    {
        var acl = call.Acl;
        core.State.Write(write =>
        {
            Demand(acl, Find(call.Value));
            write.Set(_queries, _queries.Current.Remove(call.Value));
            write.Touch(Topic);
        });
        return Task.FromResult(AgentReply.Empty());
    }

    private void Store(AclIdentity acl, PreparedQuery query, bool isNew) => core.State.Write(write =>
    {
        Demand(acl, query);
        var known = isNew ? null : Find(query.Id);
        if (known is not null)
            Demand(acl, known);
        QueryReader.Check(query);
        if (_queries.Current.Values.Any(other => other.Id != query.Id && other.IsTemplate == query.IsTemplate && (other.Name != "" || other.IsTemplate) && other.Name == query.Name))
            throw AgentException.Internal($"name '{query.Name}' aliases an existing query name");
        write.Set(_queries, _queries.Current.SetItem(query.Id, query with { CreateIndex = known?.CreateIndex ?? write.Index, ModifyIndex = write.Index }));
        write.Touch(Topic);
    });

    private PreparedQuery Find(string id)
    {
        if (id.Length != IdLength)
            throw AgentException.Internal("Prepared Query lookup failed: failed prepared query lookup: index error: UUID must be 36 characters");
        return _queries.Current.GetValueOrDefault(id) ?? throw AgentException.Internal($"Cannot modify non-existent prepared query: '{id}'");
    }

    private static void Demand(AclIdentity acl, PreparedQuery query)
    {
        if ((query.Name != "" || query.IsTemplate) && !acl.CanWriteQuery(query.Name))
            throw new AgentException(403, "Permission denied");
    }
}
