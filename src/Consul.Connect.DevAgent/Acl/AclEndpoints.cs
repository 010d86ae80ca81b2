using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Acl;

/// <summary>What a token may do, asked with that token. Tokens are made in code, not over HTTP.</summary>
internal sealed class AclEndpoints(AgentCore core) : IEndpoints
{
    public void Map(RouteTable routes)
    {
        routes.Get("/v1/acl/token/self", SelfAsync);
        routes.Post("/v1/internal/acl/authorize", AuthorizeAsync);
    }

    private Task<AgentReply> SelfAsync(AgentCall call)
    {
        if (!core.Acl.IsEnabled)
            throw new AgentException(401, "ACL support disabled");
        if (call.TryResolveAcl() is not { AccessorId: { } accessor } identity)
            throw new AgentException(403, "token does not exist: ACL not found") { HasReadHeaders = true };
        var answer = new JsonObject
        {
            ["AccessorID"] = accessor,
            ["SecretID"] = call.Token,
            ["Description"] = "",
            ["Local"] = false,
            ["CreateTime"] = GoTime.Format(identity.CreatedAt),
            ["CreateIndex"] = 1,
            ["ModifyIndex"] = 1,
        };
        if (identity.ExpiresAt is { } end)
            answer.Add("ExpirationTime", GoTime.Format(end));
        return Task.FromResult(AgentReply.Json(answer).WithReadHeaders(core.State.Index));
    }

    private async Task<AgentReply> AuthorizeAsync(AgentCall call)
    {
        var questions = GoJsonReader.Read(await call.ReadBytesAsync(), "Failed to decode request body: ");
        if (questions.ValueKind != JsonValueKind.Array)
            throw AgentException.BadRequest($"Failed to decode request body: json: cannot unmarshal {GoJsonReader.KindOf(questions)} into Go value of type []structs.ACLAuthorizationRequest");
        var acl = call.Acl;
        return AgentReply.Json(new JsonArray([.. questions.EnumerateArray().Select(question => (JsonNode)Answer(acl, question))]));
    }

    private static JsonObject Answer(AclIdentity acl, JsonElement question)
    {
        var (resource, segment, access) = (Text(question, "Resource"), Text(question, "Segment"), Text(question, "Access"));
        return new() { ["Resource"] = resource, ["Segment"] = segment, ["Access"] = access, ["Allow"] = acl.May(resource, segment, access) };
    }

    private static string Text(JsonElement question, string name) =>
        question.ValueKind == JsonValueKind.Object && question.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
