using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.TestKit;

// The calls, and how an agent answers them.
public sealed partial class ScriptedAgent
{
    private const string LeafPath = "/v1/agent/connect/ca/leaf/";
    private const string ServicePath = "/v1/agent/service/";
    private const string DeregisterPath = "/v1/agent/service/deregister/";

    // What 1.21 knows; anything else in a request is an error there.
    private static readonly string[] AuthorizeMembers = ["Target", "ClientCertURI", "ClientCertSerial"];
    private static readonly string[] RegisterMembers =
    [
        "ID", "Name", "Tags", "Address", "Port", "SocketPath", "TaggedAddresses", "Meta", "Kind", "Weights", "EnableTagOverride", "Check", "Checks", "Connect", "Proxy", "Token", "Locality",
    ];

    private async Task<ScriptedAnswer?> AnswerAsync(HttpRequest request, Task rulesChanged, CancellationToken ending)
    {
        var path = request.Path.Value ?? "";
        foreach (var enterprise in (string[])["ns", "partition"])
            if (request.Query.ContainsKey(enterprise))
                return new(400, $"Invalid query parameter: \"{enterprise}\" - {(enterprise == "ns" ? "Namespaces" : "Partitions")} are a Consul Enterprise feature");
        if (path != "/v1/agent/connect/ca/roots" && Token is not null && request.Headers["X-Consul-Token"] != Token)
            return new(403, request.Headers.ContainsKey("X-Consul-Token") ? "ACL not found" : "Permission denied: anonymous token lacks permission");

        Task<ScriptedAnswer?> Block(ScriptedTopic topic, Func<string?, ScriptedAnswer> answer) => BlockAsync(request, topic, answer, rulesChanged, ending);
        return (request.Method, path) switch
        {
            ("GET", "/v1/agent/connect/ca/roots") => await Block(_roots, content => content is null ? NotEnabled : ScriptedAnswer.Json(content)),
            ("GET", _) when path.StartsWith(LeafPath, StringComparison.Ordinal) => await Block(LeafTopic(path[LeafPath.Length..]), content => content is null ? NotEnabled : ScriptedAnswer.Json(content)),
            ("GET", "/v1/connect/intentions/match") => await Block(_intentions, _ => Match(request)),
            ("GET", "/v1/connect/intentions") => await Block(_intentions, content => ScriptedAnswer.Json(content!)),
            ("POST", "/v1/agent/connect/authorize") => Authorize(await ReadAsync(request)),
            ("GET", _) when path.StartsWith(HealthPath, StringComparison.Ordinal) => await Block(HealthTopic(path[HealthPath.Length..]), content => ScriptedAnswer.Json(content!)),
            ("GET", _) when path.StartsWith(ChainPath, StringComparison.Ordinal) => Chain(path[ChainPath.Length..]),
            ("GET", _) when QueryOf(path) is { } query => Execute(query),
            ("GET", "/v1/acl/token/self") => TokenLife is var (created, expires) ? ScriptedAnswer.Json(JsonSerializer.Serialize(new { CreateTime = created, ExpirationTime = expires })) : new(401, "ACL support disabled"),
            ("GET", "/v1/agent/self") => ScriptedAnswer.Json(Self()),
            ("PUT", "/v1/agent/service/register") => Register(await ReadAsync(request)),
            ("PUT", _) when path.StartsWith(DeregisterPath, StringComparison.Ordinal) => Deregister(path[DeregisterPath.Length..]),
            ("GET", _) when path.StartsWith(ServicePath, StringComparison.Ordinal) => await BlockOnServiceAsync(request, path[ServicePath.Length..], rulesChanged, ending),
            _ => await AnswerAboutChecksAsync(request, path) ?? new(404, ""),
        };
    }

    private static ScriptedAnswer NotEnabled => new(500, "Connect must be enabled in order to use this endpoint");

    private async Task<ScriptedAnswer?> BlockAsync(HttpRequest request, ScriptedTopic topic, Func<string?, ScriptedAnswer> answer, Task rulesChanged, CancellationToken ending)
    {
        if (!GoDuration.TryParse(request.Query["wait"], out var wait))
            return new(400, "Invalid wait time");
        if (!ulong.TryParse(request.Query["index"].FirstOrDefault() ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var known))
            return new(400, "Invalid index");
        var (_, index, changed) = topic.Read();
        if (known > 0 && known >= index && !await WaitAsync(changed, wait, rulesChanged, ending))
            return null;
        (var content, index, _) = topic.Read();
        var result = answer(content);
        if (result.Status == 200)
            result.Headers["X-Consul-Index"] = index.ToString(CultureInfo.InvariantCulture);
        return result;
    }

    private async Task<ScriptedAnswer?> BlockOnServiceAsync(HttpRequest request, string id, Task rulesChanged, CancellationToken ending)
    {
        if (!GoDuration.TryParse(request.Query["wait"], out var wait))
            return new(400, "Invalid wait time");
        var topic = ServiceTopic(id);
        var (content, _, changed) = topic.Read();
        if (content is not null && request.Query["hash"] == Hash(content) && !await WaitAsync(changed, wait, rulesChanged, ending))
            return null;
        (content, _, _) = topic.Read();
        return content is null
            ? new(404, $"unknown service ID: {id}")
            : ScriptedAnswer.Json(content) with { Headers = new(StringComparer.OrdinalIgnoreCase) { ["X-Consul-Contenthash"] = Hash(content) } };
    }

    /// <returns>Whether there is an answer to give; else a new rule decides.</returns>
    private async Task<bool> WaitAsync(Task changed, TimeSpan? wait, Task rulesChanged, CancellationToken ending)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        // Without a wait an agent waits for ever, or so long that nobody notices.
        var limit = Task.Delay(wait ?? Timeout.InfiniteTimeSpan, _options.Time, over.Token);
        var first = await Task.WhenAny(changed, rulesChanged, limit);
        await over.CancelAsync();
        ending.ThrowIfCancellationRequested();
        return first != rulesChanged;
    }

    private ScriptedAnswer Match(HttpRequest request)
    {
        if (request.Query["by"].Count != 1 || request.Query["name"].Count == 0)
            return new(500, "required query parameter 'by' not set");
        var result = new JsonObject();
        foreach (var name in request.Query["name"])
            result[name!] = MatchOf(name!);
        return ScriptedAnswer.Json(result.ToJsonString());
    }

    private ScriptedAnswer Authorize(JsonObject? body)
    {
        if (Unknown(body, AuthorizeMembers) is { } unknown)
            return new(400, $"Request decode failed: {unknown}");
        if (body?["Target"]?.GetValue<string>() is not { Length: > 0 } target)
            return new(400, "Target service must be specified");
        if (!Uri.TryCreate(body["ClientCertURI"]?.GetValue<string>(), UriKind.Absolute, out var uri) || uri.Scheme != "spiffe")
            return new(400, "ClientCertURI not a valid Connect identifier");
        if (uri.AbsolutePath.Split('/') is not [_, "ns", var space, "dc", _, "svc", var service])
            return new(400, "ClientCertURI not a valid Service identifier");
        var (authorized, reason) = _authorize(target, uri.OriginalString) ?? Decide(space, Uri.UnescapeDataString(service), target);
        return ScriptedAnswer.Json(JsonSerializer.Serialize(new { Authorized = authorized, Reason = reason }));
    }

    private ScriptedAnswer Register(JsonObject? body)
    {
        if (Unknown(body, RegisterMembers) is { } unknown)
            return new(400, $"Request decode failed: {unknown}");
        if (body?["Name"]?.GetValue<string>() is not { Length: > 0 } name)
            return new(400, "Missing service name");
        var id = body["ID"]?.GetValue<string>() is { Length: > 0 } given ? given : name;
        AddChecks(id, body);
        ServiceTopic(id).Set(Describe(id, name, body).ToJsonString(), NextIndex());
        return ScriptedAnswer.Empty;
    }

    private ScriptedAnswer Deregister(string id)
    {
        var topic = ServiceTopic(id);
        if (topic.Read().Content is null)
            return new(404, $"Unknown service ID \"{id}\". Ensure that the service ID is passed, not the service name.");
        RemoveChecks(id);
        topic.Set(null, NextIndex());
        return ScriptedAnswer.Empty;
    }

    private static JsonObject Describe(string id, string name, JsonObject body)
    {
        var service = new JsonObject { ["ID"] = id, ["Service"] = name };
        foreach (var member in (string[])["Tags", "Meta", "Port", "Address", "TaggedAddresses", "Weights", "EnableTagOverride", "Connect"])
            if (body[member] is { } value)
                service[member] = value.DeepClone();
        service["Datacenter"] = "dc1";
        service["ContentHash"] = Hash(service.ToJsonString());
        return service;
    }

    private static string Hash(string content) =>
        JsonNode.Parse(content)!["ContentHash"]?.GetValue<string>() ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 8));

    private static string? Unknown(JsonObject? body, string[] members) =>
        body is null ? "EOF" : body.FirstOrDefault(member => !members.Contains(member.Key, StringComparer.OrdinalIgnoreCase)) is { Key: { } key } ? $"json: unknown field \"{key}\"" : null;

    private static async Task<JsonObject?> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        try
        {
            return JsonNode.Parse(await reader.ReadToEndAsync(), new JsonNodeOptions { PropertyNameCaseInsensitive = true }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
