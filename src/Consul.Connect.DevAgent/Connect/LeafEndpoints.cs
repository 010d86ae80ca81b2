using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Connect;

/// <summary>
/// The leaf of a service, with its key. The right to it is asked for at each call: some versions of Consul hand a leaf that is cached to
/// any valid token, which would hide a missing right from those who test for it.
/// </summary>
internal sealed class LeafEndpoints(AgentCore core) : IEndpoints
{
    public void Map(RouteTable routes) => routes.Get("/v1/agent/connect/ca/leaf/{service}", GetAsync);

    private async Task<AgentReply> GetAsync(AgentCall call)
    {
        var read = call.Read;
        var service = call.Value;
        if (service.Length == 0)
            throw AgentException.Internal("URI must be either service, agent, server, or kind");
        call.Acl.Demand(call.Acl.CanWriteService(service), "service:write", service);
        if (service.Contains('/', StringComparison.Ordinal))
            throw AgentException.Internal($"SPIFFE ID is not in the expected format: {SpiffeId.OfService(core.Authority.TrustDomain, core.Options.Datacenter, "")}{service}");
        var leaf = await core.Leaves.GetAsync(service, read.Index, read.Wait is { Ticks: > 0 } wait ? wait : Timeout.InfiniteTimeSpan, call.Aborted);
        // A current agent keeps leaves outside its cache, and calls every answer a miss.
        return AgentReply.Json(Write(leaf)).WithCacheHeaders(hit: false).WithIndex(leaf.Index);
    }

    private static JsonObject Write(Leaf leaf) => new()
    {
        ["SerialNumber"] = leaf.SerialNumber,
        ["CertPEM"] = leaf.CertificatePem,
        ["PrivateKeyPEM"] = leaf.PrivateKeyPem,
        ["Service"] = leaf.Service,
        ["ServiceURI"] = leaf.Uri,
        ["ValidAfter"] = GoTime.Format(leaf.NotBefore),
        ["ValidBefore"] = GoTime.Format(leaf.NotAfter),
        ["CreateIndex"] = leaf.Index,
        ["ModifyIndex"] = leaf.Index,
    };
}
