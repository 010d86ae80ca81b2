using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Node;

/// <summary>What the agent says of itself, as far as clients of the mesh read it.</summary>
internal sealed class SelfEndpoints(AgentCore core) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/agent/self", SelfAsync, ignoresNamespaces: true);
        routes.Get("/v1/agent/version", call => Task.FromResult(AgentReply.Json(Version())), ignoresNamespaces: true);
    }

    private static JsonObject Version() => new() { ["SHA"] = "", ["BuildDate"] = "1970-01-01T00:00:01Z", ["HumanVersion"] = AgentCore.ConsulVersion, ["FIPS"] = "" };

    private Task<AgentReply> SelfAsync(AgentCall call)
    {
        call.Acl.Demand(call.Acl.CanReadAgent(core.NodeName), "agent:read", core.NodeName);
        return Task.FromResult(AgentReply.Json(new JsonObject
        {
            ["Config"] = Config(),
            ["DebugConfig"] = DebugConfig(),
            ["Coord"] = new JsonObject { ["Vec"] = new JsonArray(0, 0, 0, 0, 0, 0, 0, 0), ["Error"] = 1.5, ["Adjustment"] = 0, ["Height"] = 1e-05 },
            ["Member"] = Member(),
            ["Stats"] = Stats(),
            ["Meta"] = new JsonObject { ["consul-network-segment"] = "", ["consul-version"] = AgentCore.ConsulVersion },
        }));
    }

    private JsonObject Config() => new()
    {
        ["Datacenter"] = core.Options.Datacenter,
        ["PrimaryDatacenter"] = core.Options.Datacenter,
        ["NodeName"] = core.NodeName,
        ["NodeID"] = core.NodeId,
        ["Revision"] = "",
        ["Server"] = true,
        ["Version"] = AgentCore.ConsulVersion,
        ["BuildDate"] = "1970-01-01T00:00:01Z",
    };

    private JsonObject DebugConfig() => new()
    {
        ["ACLResolverSettings"] = new JsonObject
        {
            ["ACLDefaultPolicy"] = core.Acl.DefaultPolicy,
            ["ACLDownPolicy"] = "extend-cache",
            ["ACLPolicyTTL"] = "30s",
            ["ACLRoleTTL"] = "0s",
            ["ACLTokenTTL"] = "30s",
            ["ACLsEnabled"] = core.Acl.IsEnabled,
            ["Datacenter"] = core.Options.Datacenter,
            ["EnterpriseMeta"] = new JsonObject(),
            ["NodeName"] = core.NodeName,
        },
        ["ACLsEnabled"] = core.Acl.IsEnabled,
        ["ConnectEnabled"] = true,
        ["Datacenter"] = core.Options.Datacenter,
        ["DefaultIntentionPolicy"] = core.Options.DefaultIntentionPolicy ?? "",
        ["DefaultQueryTime"] = "5m0s",
        ["DevMode"] = true,
        ["HTTPUseCache"] = true,
        ["MaxQueryTime"] = "10m0s",
        ["PrimaryDatacenter"] = core.Options.Datacenter,
        ["Version"] = AgentCore.ConsulVersion,
    };

    private JsonObject Member() => new()
    {
        ["Name"] = core.NodeName,
        ["Addr"] = "127.0.0.1",
        ["Port"] = 8301,
        ["Tags"] = new JsonObject
        {
            ["acls"] = core.Acl.IsEnabled ? "1" : "0",
            ["build"] = AgentCore.ConsulVersion + ":",
            ["dc"] = core.Options.Datacenter,
            ["id"] = core.NodeId,
            ["port"] = "8300",
            ["role"] = "consul",
        },
        ["Status"] = 1,
        ["ProtocolMin"] = 1,
        ["ProtocolMax"] = 5,
        ["ProtocolCur"] = 2,
        ["DelegateMin"] = 2,
        ["DelegateMax"] = 5,
        ["DelegateCur"] = 4,
    };

    private JsonObject Stats() => new()
    {
        ["build"] = new JsonObject { ["prerelease"] = "", ["revision"] = "", ["version"] = AgentCore.ConsulVersion, ["version_metadata"] = "" },
        ["consul"] = new JsonObject
        {
            ["acl"] = core.Acl.IsEnabled ? "enabled" : "disabled",
            ["bootstrap"] = "false",
            ["known_datacenters"] = "1",
            ["leader"] = "true",
            ["leader_addr"] = StatusEndpoints.ServerAddress,
            ["server"] = "true",
        },
    };
}
