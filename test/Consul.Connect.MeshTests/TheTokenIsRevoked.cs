using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

[Collection(Alone.Name)]
public sealed class TheTokenIsRevoked
{
    private static readonly TimeSpan BackAfterARestore = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan BackAfterANewFile = TimeSpan.FromSeconds(2);

    // So that the agent itself notices soon.
    private const string ForgetTokensQuickly = "acl_ttl = \"1s\"";

    [SkippableFact]
    public async Task Deleted_and_restored_it_is_missed_once_and_the_app_is_back()
    {
        const string service = "token-deleted";
        await using var pair = await ConsulPair.StartAsync(o => o.Hcl = ForgetTokensQuickly);
        var token = await pair.Client.CreateTokenAsync(Rules(service));
        var web = await CallerAsync(pair, service);
        await using var app = await StartAsync(pair, service, ("Consul:Token", token));
        app.Logs.Forbid(token);
        using var metrics = new MetricsRecorder(service);

        await pair.Client.DeleteTokenAsync(token);
        await DeniedAsync(metrics, times: 3);
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name is "Denied" or "TokenNotKnownYet" && Equals(entry["Watch"], "intentions"));
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);

        await pair.Client.CreateTokenAsync(Rules(service), token);
        await pair.Server.CreateIntentionAsync("web", service, allow: false);
        await Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port, BackAfterARestore, "by an intention made after the token's return");
        await pair.Server.ListsAsync(service);
    }

    [SkippableFact]
    public async Task Without_its_rights_it_is_denied_once_and_the_app_is_back_when_they_return()
    {
        const string service = "token-without-rights";
        await using var pair = await ConsulPair.StartAsync(o => o.Hcl = ForgetTokensQuickly);
        var token = await pair.Client.CreateTokenAsync(Rules(service));
        var web = await CallerAsync(pair, service);
        await using var app = await StartAsync(pair, service, ("Consul:Token", token));
        app.Logs.Forbid(token);
        using var metrics = new MetricsRecorder(service);

        var rights = await TakeRightsAsync(pair, token);
        await DeniedAsync(metrics, times: 4);
        var denial = Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "Denied" && Equals(entry["Watch"], "intentions"));
        Assert.Contains($"on \"{service}\"", denial.Message, StringComparison.Ordinal);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);

        await GiveRightsAsync(pair, rights);
        await pair.Server.CreateIntentionAsync("web", service, allow: false);
        await Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port, BackAfterARestore, "by an intention made after the rights' return");
        await app.Logs.WaitForAsync("Recovered");
    }

    [SkippableFact]
    public async Task Another_token_in_its_file_brings_the_app_back_within_two_seconds()
    {
        const string service = "token-file";
        await using var pair = await ConsulPair.StartAsync(o => o.Hcl = ForgetTokensQuickly);
        var (first, second) = (await pair.Client.CreateTokenAsync(Rules(service)), await pair.Client.CreateTokenAsync(Rules(service)));
        var web = await CallerAsync(pair, service);
        // Deleted after the app has ended, which would rightly warn.
        using var folder = new TemporaryFolder();
        var file = folder.File("token");
        await File.WriteAllTextAsync(file, first);
        await using var app = await StartAsync(pair, service, ("Consul:TokenFile", file));
        app.Logs.Forbid(first).Forbid(second);
        using var metrics = new MetricsRecorder(service);

        await TakeRightsAsync(pair, first);
        await DeniedAsync(metrics, times: 4);
        await pair.Server.CreateIntentionAsync("web", service, allow: false);
        Assert.Equal(CallEnd.Served, (await Call.MakeAsync(web, app.Mesh.Port)).End);

        var registered = app.Logs.WaitForAsync("RegisteredAgain", BackAfterANewFile);
        await File.WriteAllTextAsync(file, second);
        await Call.UntilAsync(CallEnd.Refused, web, app.Mesh.Port, BackAfterANewFile, "by the intention that the first token could not read");
        await registered;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("consul-connect-");

        public string File(string name) => Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private static string Rules(string service) => $"service \"{service}\" {{ policy = \"write\" }}";

    private static async Task<MeshCaller> CallerAsync(ConsulPair pair, string service)
    {
        await pair.Server.CreateIntentionAsync("web", service, allow: true);
        return MeshCaller.From(await pair.Client.IssueLeafAsync("web"));
    }

    private static async Task<MeshApp> StartAsync(ConsulPair pair, string service, (string Key, string Value) token)
    {
        // Waits are short, because a wait under way does not end with the token.
        var app = await MeshApp.StartAsync(service, [new("Consul:Address", pair.Client.Address), new("Consul:Service:Name", service), new("Consul:WaitTime", "3s"), new(token.Key, token.Value)]);
        app.Logs.Expect("Denied").Expect("TokenNotKnownYet");
        await app.ReadyAsync();
        await pair.Server.ListsAsync(service);
        return app;
    }

    private static Task<Measured> DeniedAsync(MetricsRecorder metrics, int times) => metrics.WaitForAsync(
        _ => metrics.Sum("consul.connect.watch.requests", ("consul.connect.watch", "intentions"), ("error.type", "denied")) >= times,
        TimeSpan.FromSeconds(60));

    /// <returns>The token as it was.</returns>
    private static async Task<JsonNode> TakeRightsAsync(ConsulPair pair, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/acl/token/self");
        request.Headers.Add("X-Consul-Token", token);
        using var answer = await pair.Server.Http.SendAsync(request);
        var before = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        var without = before.DeepClone();
        without["Policies"] = new JsonArray();
        await GiveRightsAsync(pair, without);
        return before;
    }

    private static async Task GiveRightsAsync(ConsulPair pair, JsonNode token)
    {
        using var answer = await pair.Server.Http.PutAsJsonAsync($"/v1/acl/token/{token["AccessorID"]}", token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
