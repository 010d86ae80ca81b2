using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What holds for some requests of a caller.</summary>
/// <param name="Http">Which; null does not pass the validation.</param>
internal sealed record RequestPermission(string Action, HttpRule? Http, JwtRequirement? Jwt)
{
    public static RequestPermission Read(JsonObject permission) =>
        new(permission.Text("Action"), permission["HTTP"] is JsonObject http ? HttpRule.Read(http) : null, JwtRequirement.Read(permission["JWT"]));

    public JsonObject ToJson()
    {
        var json = new JsonObject().With("Action", Action);
        if (Http is not null)
            json.Add("HTTP", Http.ToJson());
        if (Jwt is not null)
            json.Add("JWT", Jwt.ToJson());
        return json;
    }
}
