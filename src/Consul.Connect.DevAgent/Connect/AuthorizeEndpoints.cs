using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Intentions;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>
/// May the bearer of this certificate call this service? As in Consul the trust domain, the datacenter and the serial number are not
/// looked at: whoever asks has verified the certificate.
/// </summary>
internal sealed class AuthorizeEndpoints(AgentCore core) : IEndpoints
{
    private readonly AgentCache _cache = new();

    public void Map(RouteTable routes) => routes.Post("/v1/agent/connect/authorize", AuthorizeAsync);

    private async Task<AgentReply> AuthorizeAsync(AgentCall call)
    {
        var body = await call.ReadObjectAsync(type: "structs.ConnectAuthorizeRequest");
        var target = body.String("Target");
        var uri = body.String("ClientCertURI");
        body.Ignore("ClientCertSerial");
        body.End();
        if (target.Length == 0)
            throw AgentException.BadRequest("Target service must be specified");
        var caller = SpiffeId.Parse(uri) ?? throw AgentException.BadRequest("ClientCertURI not a valid Connect identifier");
        if (caller.Kind != SpiffeKind.Service)
            throw AgentException.BadRequest("ClientCertURI not a valid Service identifier");
        if (caller.Partition != "default")
            throw AgentException.BadRequest($"Mismatched partitions: \"{caller.Partition}\" != \"default\"");
        var acl = call.TryResolveAcl() ?? throw new AgentException(403, "Could not resolve token to authorizer: ACL not found");
        acl.Demand(acl.CanWriteService(target), "service:write", target);
        var verdict = core.Intentions.Match(caller.Namespace, caller.Service, target) ?? Default(acl.AllowsIntentionsByDefault);
        var answer = new JsonObject { ["Authorized"] = verdict.Allowed, ["Reason"] = verdict.Reason };
        return AgentReply.Json(answer).WithCacheHeaders(_cache.Hit(call.Token, target));
    }

    private IntentionVerdict Default(bool allowedByAcls) => core.Options.DefaultIntentionPolicy is { } policy
        ? new(policy == "allow", "Default intention policy")
        : new(allowedByAcls, "Default behavior configured by ACLs");
}
