using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>The roots, from the agent's cache and from the server. They need no token, and a wrong one does not matter.</summary>
internal sealed class RootsEndpoints(AgentCore core) : IEndpoints
{
    private readonly AgentCache _cache = new();

    public void Map(RouteTable routes)
    {
        routes.Get("/v1/agent/connect/ca/roots", FromCacheAsync, ignoresNamespaces: true);
        routes.Get("/v1/connect/ca/roots", FromServerAsync, ignoresNamespaces: true);
    }

    private async Task<AgentReply> FromCacheAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter();
        var mustWait = call.Read.Index >= core.State.IndexOf(Topics.Roots);
        var index = await call.WaitInCacheAsync(Topics.Roots);
        var hit = _cache.Hit(call.Token, "roots") && !mustWait;
        return AgentReply.Json(Write(core.Authority.Current)).WithCacheHeaders(hit).WithReadHeaders(index);
    }

    private async Task<AgentReply> FromServerAsync(AgentCall call)
    {
        call.RefuseForeignDatacenter(withReadHeaders: true);
        var isPem = call.Flag("pem");
        var index = await call.WaitForChangeAsync(Topics.Roots);
        var current = core.Authority.Current;
        var reply = isPem
            ? AgentReply.Text(200, string.Concat(current.Roots.Select(root => root.Pem)), "application/pem-certificate-chain")
            : AgentReply.Json(Write(current));
        return reply.WithReadHeaders(index);
    }

    private JsonObject Write(CaState state) => new()
    {
        ["ActiveRootID"] = state.Active.Id,
        ["TrustDomain"] = core.Authority.TrustDomain,
        ["Roots"] = new JsonArray([.. state.Roots.Select(Write)]),
    };

    private JsonNode Write(CaRoot root) => new JsonObject
    {
        ["ID"] = root.Id,
        ["Name"] = "Consul CA Primary Cert",
        ["SerialNumber"] = root.SerialNumber,
        ["SigningKeyID"] = KeyIdentifier.ToText(root.SubjectKeyId),
        ["ExternalTrustDomain"] = core.Authority.ClusterId,
        ["NotBefore"] = GoTime.Format(root.Certificate.NotBefore.ToUniversalTime()),
        ["NotAfter"] = GoTime.Format(root.Certificate.NotAfter.ToUniversalTime()),
        ["RootCert"] = root.Pem,
        ["IntermediateCerts"] = root.Intermediates.Count == 0 ? null : new JsonArray([.. root.Intermediates.Select(pem => (JsonNode)pem)]),
        ["Active"] = root.IsActive,
        ["PrivateKeyType"] = root.Key.Type,
        ["PrivateKeyBits"] = root.Key.Bits,
        ["CreateIndex"] = root.CreateIndex,
        ["ModifyIndex"] = root.ModifyIndex,
    };
}
