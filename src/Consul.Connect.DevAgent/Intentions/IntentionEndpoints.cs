using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>The list, and the older calls that know intentions by their id.</summary>
internal sealed class IntentionEndpoints(ConfigStore store, IntentionWrites writes) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/connect/intentions", ListAsync);
        routes.Post("/v1/connect/intentions", CreateAsync);
        routes.Get("/v1/connect/intentions/{id}", GetAsync);
        routes.Put("/v1/connect/intentions/{id}", UpdateAsync);
        routes.Delete("/v1/connect/intentions/{id}", DeleteAsync);
    }

    private async Task<AgentReply> ListAsync(AgentCall call)
    {
        call.UnknownTokenHasReadHeaders = true;
        _ = call.Read;
        call.RefuseForeignDatacenter();
        var filter = IntentionFilter.Parse(call.Read.Filter);
        var acl = call.Acl;
        var index = await store.WaitAsync(call, Topics.Intentions);
        var all = IntentionMatcher.All(store.Current).Where(one => filter?.Matches(one.ToJson()) ?? true).ToList();
        var readable = all.Where(one => IntentionRights.CanRead(acl, one)).ToList();
        return AgentReply.Json(new JsonArray([.. readable.Select(one => one.ToJson())])).WithReadHeaders(index).WithFilteredByAcls(readable.Count < all.Count);
    }

    private async Task<AgentReply> CreateAsync(AgentCall call)
    {
        var body = await IntentionBody.ReadAsync(call, 500, "Failed to decode request body: ");
        LegacyRules.RefusePartitions(body);
        LegacyRules.RefuseNamespaces(body);
        IntentionRights.DemandWrite(call.Acl, body.DestinationName);
        if (body.Id != "")
            throw AgentException.Internal("ID must be empty when creating a new intention");
        LegacyRules.Validate(body);
        return Identified(writes.Create(body.DestinationName, body.Source, body.Meta));
    }

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        _ = call.Read;
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        if (FaultOfId(call.Value) is { } fault)
            throw AgentException.BadRequest(fault);
        if (IntentionMatcher.ById(store.Current, call.Value) is not null)
            await store.WaitAsync(call, Topics.Intentions);
        var intention = IntentionMatcher.ById(store.Current, call.Value) ?? throw new AgentException(404, "Intention not found");
        return IntentionRights.CanRead(acl, intention) ? AgentReply.Json(intention.ToJson()) : throw IntentionRights.Denied;
    }

    private async Task<AgentReply> UpdateAsync(AgentCall call)
    {
        var body = await IntentionBody.ReadAsync(call, 400, "Request decode failed: ");
        LegacyRules.RefusePartitions(body);
        var intention = Writable(call, "modify");
        if (!string.Equals(intention.Destination.Name, body.DestinationName, StringComparison.Ordinal))
            throw AgentException.Internal("Cannot modify Destination partition/namespace/name for an intention once it exists.");
        LegacyRules.RefuseNamespaces(body);
        LegacyRules.Validate(body);
        writes.Replace(intention, body.Source, body.Meta);
        return Identified(call.Value);
    }

    private Task<AgentReply> DeleteAsync(AgentCall call)
    {
        writes.Delete(Writable(call, "delete"));
        return Task.FromResult(AgentReply.Json(true));
    }

    private Intention Writable(AgentCall call, string verb)
    {
        var acl = call.Acl;
        if (FaultOfId(call.Value) is { } fault)
            throw AgentException.Internal("Intention lookup failed: " + fault);
        var intention = IntentionMatcher.ById(store.Current, call.Value) ?? throw AgentException.Internal($"Cannot {verb} non-existent intention: '{call.Value}'");
        IntentionRights.DemandWrite(acl, intention.Destination.Name);
        return intention;
    }

    private static string? FaultOfId(string id) =>
        id.Length != 36 ? "failed config entry lookup: index error: UUID must be 36 characters"
        : Guid.TryParseExact(id, "D", out _) ? null
        : "failed config entry lookup: index error: Invalid UUID";

    private static AgentReply Identified(string id) => AgentReply.Json(new JsonObject { ["ID"] = id });
}
