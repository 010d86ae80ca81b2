using ConsulConnect.DevAgent.ConfigEntries;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>The calls that know an intention by the two names it stands between.</summary>
internal sealed class IntentionExactEndpoints(ConfigStore store, IntentionWrites writes) : IEndpoints
{
    private const string Path = "/v1/connect/intentions/exact";

    public void Map(RouteTable routes)
    {
        routes.Get(Path, GetAsync);
        routes.Put(Path, PutAsync);
        routes.Delete(Path, DeleteAsync);
    }

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        _ = call.Read;
        var (source, destination) = IntentionQuery.Pair(call, allowsPeer: true);
        call.RefuseForeignDatacenter();
        var acl = call.Acl;
        RefuseEnterprise(source, destination);
        List<string> faults = [];
        if (source.Name == "")
            faults.Add("SourceName is missing");
        if (destination.Name == "")
            faults.Add("DestinationName is missing");
        if (faults.Count > 0)
            throw AgentException.Internal(GoText.Errors(faults));
        if (Find() is not null)
            await store.WaitAsync(call, Topics.Intentions);
        var intention = Find() ?? throw new AgentException(404, "Intention not found");
        return IntentionRights.CanRead(acl, intention) ? AgentReply.Json(intention.ToJson()) : throw IntentionRights.Denied;

        Intention? Find() => IntentionMatcher.Exact(store.Current, source.Peer, source.Name, destination.Name);
    }

    private async Task<AgentReply> PutAsync(AgentCall call)
    {
        var (source, destination) = IntentionQuery.Pair(call, isNonEmpty: true);
        var body = await IntentionBody.ReadAsync(call, 400, "Request decode failed: ");
        var acl = call.Acl;
        RefuseEnterprise(source, destination);
        IntentionRights.DemandWrite(acl, destination.Name);
        writes.Upsert(destination.Name, body.Source with { Name = source.Name }, body.Meta);
        return AgentReply.Json(true);
    }

    private Task<AgentReply> DeleteAsync(AgentCall call)
    {
        var (source, destination) = IntentionQuery.Pair(call, isNonEmpty: true);
        var acl = call.Acl;
        RefuseEnterprise(source, destination);
        IntentionRights.DemandWrite(acl, destination.Name);
        writes.Delete(destination.Name, source.Name);
        return Task.FromResult(AgentReply.Json(true));
    }

    private static void RefuseEnterprise(IntentionTarget source, IntentionTarget destination)
    {
        source.RefuseEnterprise("SourceNS", "SourcePartition");
        destination.RefuseEnterprise("DestinationNS", "DestinationPartition");
    }
}
