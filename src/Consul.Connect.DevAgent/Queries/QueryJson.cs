using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Queries;

internal static class QueryJson
{
    public static JsonObject Write(PreparedQuery query) => new()
    {
        ["ID"] = query.Id,
        ["Name"] = query.Name,
        ["Session"] = query.Session,
        ["Token"] = query.Token,
        ["Template"] = new JsonObject
        {
            ["Type"] = query.Template.Type,
            ["Regexp"] = query.Template.Regexp,
            ["RemoveEmptyTags"] = query.Template.RemovesEmptyTags,
        },
        ["Service"] = Write(query.Service),
        ["DNS"] = new JsonObject { ["TTL"] = query.DnsTtl },
        ["CreateIndex"] = query.CreateIndex,
        ["ModifyIndex"] = query.ModifyIndex,
    };

    private static JsonObject Write(QueryService service) => new()
    {
        ["Service"] = service.Service,
        ["Failover"] = new JsonObject { ["NearestN"] = service.NearestN, ["Datacenters"] = service.Datacenters?.ToJson() },
        ["OnlyPassing"] = service.IsPassingOnly,
        ["IgnoreCheckIDs"] = service.IgnoredChecks?.ToJson(),
        ["Near"] = service.Near,
        ["Tags"] = service.Tags?.ToJson(),
        ["NodeMeta"] = service.NodeMeta?.ToJson(),
        ["ServiceMeta"] = service.ServiceMeta?.ToJson(),
        ["Connect"] = service.IsConnect,
    };
}
