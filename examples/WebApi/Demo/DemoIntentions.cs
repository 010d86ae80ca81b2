using System.Text.Json.Nodes;

namespace WebApi.Demo;

/// <summary>Who may call the app, in both of Consul's ways to write it: by names, and by id as before 1.9.</summary>
internal sealed class DemoIntentions(DemoAgent agent, string service)
{
    private const string All = "/v1/connect/intentions";

    /// <summary>Sees to it that a caller may, or may not, call, unless somebody has already decided about this caller.</summary>
    public async Task ProposeAsync(string caller, bool allowed, CancellationToken cancel)
    {
        if (await FindAsync(caller, cancel) is null && await IsAllowedAsync(caller, cancel) != allowed)
            await SetAsync(caller, allowed, cancel);
    }

    /// <summary>
    /// Sees to it that a caller's requests are decided one by one: all are allowed but those below <paramref name="forbidden"/>; unless
    /// somebody has already decided about this caller. False: the agent cannot hold that, as none before 1.9 can.
    /// </summary>
    public async Task<bool> TryProposeAllButAsync(string caller, string forbidden, CancellationToken cancel)
    {
        if (await FindAsync(caller, cancel) is { } decided)
            return decided["Permissions"] is JsonArray { Count: > 0 };

        // Consul takes permissions for services that speak HTTP, and takes a service for TCP until told otherwise.
        var defaults = $"/v1/config/service-defaults/{service}";
        if (!await agent.HasAsync(defaults, cancel))
            await agent.TrySendAsync(HttpMethod.Put, "/v1/config", new() { ["Kind"] = "service-defaults", ["Name"] = service, ["Protocol"] = "http" }, cancel);
        var permissions = new JsonArray(Permission(forbidden, allowed: false), Permission("/", allowed: true));
        return await agent.TrySendAsync(HttpMethod.Put, Exact(caller), new() { ["Permissions"] = permissions }, cancel);
    }

    public async Task<bool> IsAllowedAsync(string caller, CancellationToken cancel) =>
        (await agent.GetAsync($"{All}/check?source={caller}&destination={service}", cancel))["Allowed"]!.GetValue<bool>();

    public async Task SetAsync(string caller, bool allowed, CancellationToken cancel)
    {
        if (await agent.TrySendAsync(HttpMethod.Put, Exact(caller), new() { ["Action"] = Action(allowed) }, cancel))
            return;
        var id = IdOf(await FindAsync(caller, cancel));
        var body = new JsonObject { ["SourceName"] = caller, ["DestinationName"] = service, ["SourceType"] = "consul", ["Action"] = Action(allowed) };
        if (!await agent.TrySendAsync(id is null ? HttpMethod.Post : HttpMethod.Put, id is null ? All : $"{All}/{id}", body, cancel))
            throw new HttpRequestException($"the intention {caller} -> {service} cannot be written.");
    }

    /// <summary>The line that turns what holds for a caller into its opposite.</summary>
    public async Task<string> FlipLineAsync(string caller, CancellationToken cancel)
    {
        var allowed = await IsAllowedAsync(caller, cancel);
        var path = await PathAsync(caller, cancel);
        // Without a body no shell's quotes matter; it does where callers that nobody named may call.
        return !allowed && await IsAllowedAsync("somebody-else", cancel)
            ? $"""curl -X DELETE "{agent.Address}{path}" """.TrimEnd()
            : $$"""curl -X PUT -d "{{Body(caller, !allowed)}}" "{{agent.Address}}{{path}}" """.TrimEnd();
    }

    private async Task<string> PathAsync(string caller, CancellationToken cancel) =>
        IdOf(await FindAsync(caller, cancel)) is { } id ? $"{All}/{id}" : Exact(caller);

    private async Task<JsonNode?> FindAsync(string caller, CancellationToken cancel) =>
        (await agent.GetAsync(All, cancel)).AsArray().FirstOrDefault(one => (string?)one!["SourceName"] == caller && (string?)one["DestinationName"] == service);

    // Intentions by names have none.
    private static string? IdOf(JsonNode? intention) => (string?)intention?["ID"] is { Length: > 0 } id ? id : null;

    private string Body(string caller, bool allowed) =>
        $$"""{\"SourceName\":\"{{caller}}\",\"DestinationName\":\"{{service}}\",\"Action\":\"{{Action(allowed)}}\"}""";

    private static JsonObject Permission(string prefix, bool allowed) =>
        new() { ["Action"] = Action(allowed), ["HTTP"] = new JsonObject { ["PathPrefix"] = prefix } };

    private string Exact(string caller) => $"{All}/exact?source={caller}&destination={service}";

    private static string Action(bool allowed) => allowed ? "allow" : "deny";
}
