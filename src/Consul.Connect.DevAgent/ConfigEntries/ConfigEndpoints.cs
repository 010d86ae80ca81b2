using System.Globalization;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Central configuration.</summary>
internal sealed class ConfigEndpoints(ConfigStore store) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Put("/v1/config", PutAsync);
        routes.Get("/v1/config/{entry}", GetAsync);
        routes.Delete("/v1/config/{entry}", DeleteAsync);
    }

    private async Task<AgentReply> PutAsync(AgentCall call)
    {
        var (kind, document) = ConfigEntryReader.Decode(await call.ReadBytesAsync());
        var check = Check(call);
        var acl = call.Acl;
        var entry = ConfigEntryReader.Complete(kind, document);
        ConfigRights.DemandWrite(acl, entry.Kind, entry.Name);
        var isDone = true;
        store.Update<ConfigEntry>(entry.Kind, entry.Name, before =>
        {
            isDone = check is null || check == (before?.ModifyIndex ?? 0);
            return !isDone || (before is not null && check is null && before.HasContentOf(entry)) ? before : entry;
        });
        return AgentReply.Json(isDone);
    }

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        _ = call.Read;
        call.RefuseForeignDatacenter();
        call.UnknownTokenHasReadHeaders = true;
        var acl = call.Acl;
        var (kind, name) = Split(call.Value);
        if (kind != "" && !ConfigKinds.IsKnown(kind) || kind == "" && name is not null)
            throw AgentException.Internal($"invalid config entry kind: {kind}");
        if (name is not null)
            ConfigRights.DemandRead(acl, kind, name);
        var index = await store.WaitAsync(call, name is null ? ConfigTopics.Kind(kind) : ConfigTopics.Entry(kind, name));
        if (name is null)
        {
            var all = store.Current.OfKind(kind).ToList();
            var readable = all.Where(entry => ConfigRights.CanRead(acl, entry.Kind, entry.Name)).ToList();
            return AgentReply.Json(new JsonArray([.. readable.Select(entry => entry.ToJson())])).WithReadHeaders(index).WithFilteredByAcls(readable.Count < all.Count);
        }

        return store.Current.Find(kind, name) is { } found
            ? AgentReply.Json(found.ToJson()).WithReadHeaders(index)
            : AgentReply.Text(404, $"Config entry not found for {GoText.Quote(kind)} / {GoText.Quote(name)}").WithReadHeaders(index);
    }

    private Task<AgentReply> DeleteAsync(AgentCall call)
    {
        if (Split(call.Value) is not (var kind, { } name))
            throw new AgentException(404, "Must provide both a kind and name to delete");
        if (!ConfigKinds.IsKnown(kind))
            throw AgentException.BadRequest($"invalid config entry kind: {kind}");
        var check = Check(call);
        var acl = call.Acl;
        name = DocumentRules.NameOf(kind, name);
        ConfigRights.DemandWrite(acl, kind, name);
        var isDeleted = store.Update<ConfigEntry>(kind, name, before => check is null || check == before?.ModifyIndex ? null : before);
        return Task.FromResult(AgentReply.Json(check is null ? new JsonObject() : isDeleted));
    }

    private static (string Kind, string? Name) Split(string path) =>
        path.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (path[..slash], path[(slash + 1)..]) : (path, null);

    private static ulong? Check(AgentCall call)
    {
        if (call.Parameter("cas") is not { Length: > 0 } text)
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw AgentException.Internal($"strconv.ParseUint: parsing {GoText.Quote(text)}: invalid syntax");
    }
}
