using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>What Consul demands of a jwt-provider.</summary>
internal static class JwtProviderRules
{
    public static void Validate(JsonObject provider)
    {
        if (provider["JSONWebKeySet"] is not JsonObject keys)
            throw AgentException.Internal("JSONWebKeySet is required");
        ValidateKeys(keys["Local"] as JsonObject, keys["Remote"] as JsonObject);
        var faults = provider.Objects("Locations").Select(FaultOfLocation).OfType<string>().ToList();
        if (faults.Count > 0)
            throw AgentException.Internal(GoText.Errors(faults));
        if (provider["Forwarding"] is JsonObject forwarding && forwarding.Text("HeaderName") == "")
            throw AgentException.Internal("Header name required for forwarding config");
    }

    private static void ValidateKeys(JsonObject? local, JsonObject? remote)
    {
        if (local is null == remote is null)
            throw AgentException.Internal("must specify exactly one of Local or Remote JSON Web key set");
        if (local is not null)
            ValidateLocal(local);
        else
            ValidateRemote(remote!);
    }

    private static void ValidateRemote(JsonObject remote)
    {
        if (remote.Text("URI") is not { Length: > 0 } uri)
            throw AgentException.Internal("Remote JWKS URI is required");
        if (!uri.StartsWith('/') && !Uri.TryCreate(uri, UriKind.Absolute, out _))
            throw AgentException.Internal($"Remote JWKS URI is invalid: parse {GoText.Quote(uri)}: invalid URI for request, uri: {uri}");
    }

    private static void ValidateLocal(JsonObject local)
    {
        if (local.Text("JWKS") == "" == (local.Text("Filename") == ""))
            throw AgentException.Internal("must specify exactly one of String or filename for local keyset");
        if (!Base64.IsValid(Encoding.UTF8.GetBytes(local.Text("JWKS"))))
            throw AgentException.Internal("JWKS must be valid base64 encoded string");
    }

    private static string? FaultOfLocation(JsonObject location)
    {
        var kinds = new[] { ("Header", "header"), ("QueryParam", "query param"), ("Cookie", "cookie") };
        var given = kinds.Where(kind => location[kind.Item1] is JsonObject).ToList();
        return given switch
        {
            [var (name, words)] => ((JsonObject)location[name]!).Text("Name") == "" ? $"JWT location {words} name must be specified" : null,
            _ => "must set exactly one of: JWT location header, query param or cookie",
        };
    }
}
