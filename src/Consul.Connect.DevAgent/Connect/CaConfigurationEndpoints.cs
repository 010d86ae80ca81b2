using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>The authority's configuration. Another key in it, or another kind of key, is how an operator rotates the root.</summary>
internal sealed class CaConfigurationEndpoints(AgentCore core) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/connect/ca/configuration", GetAsync, ignoresNamespaces: true);
        routes.Put("/v1/connect/ca/configuration", PutAsync, ignoresNamespaces: true);
    }

    private Task<AgentReply> GetAsync(AgentCall call)
    {
        call.Acl.Demand(call.Acl.CanWriteOperator, "operator:write");
        var current = core.Authority.Current.Configuration;
        return Task.FromResult(AgentReply.Json(new JsonObject
        {
            ["Provider"] = "consul",
            ["Config"] = current.Config.DeepClone(),
            ["State"] = null,
            ["ForceWithoutCrossSigning"] = current.ForceWithoutCrossSigning,
            ["CreateIndex"] = current.CreateIndex,
            ["ModifyIndex"] = current.ModifyIndex,
        }));
    }

    private async Task<AgentReply> PutAsync(AgentCall call)
    {
        var body = await call.ReadObjectAsync(type: "structs.CAConfiguration");
        call.Acl.Demand(call.Acl.CanWriteOperator, "operator:write");
        var provider = body.String("Provider");
        var given = body.Raw("Config");
        var config = given.ValueKind == JsonValueKind.Object ? (JsonObject)JsonNode.Parse(given.GetRawText())! : [];
        var force = body.Bool("ForceWithoutCrossSigning");
        body.Ignore("ClusterID", "State", "CreateIndex", "ModifyIndex");
        body.End();
        if (provider != "consul")
            throw AgentException.Internal($"could not initialize provider: unknown CA provider \"{provider}\"");
        var reader = new CaConfigurationReader(config);
        reader.Validate();
        var before = core.Authority.Current;
        var configuration = before.Configuration with { Config = config, ForceWithoutCrossSigning = force, LeafLifetime = reader.LeafLifetime };
        if (reader.FindNewRoot(before.Active) is { } found)
            core.Authority.Rotate(found.Key, found.Certificate, config: configuration);
        else
            core.Authority.Configure(configuration);
        return AgentReply.Empty();
    }
}
