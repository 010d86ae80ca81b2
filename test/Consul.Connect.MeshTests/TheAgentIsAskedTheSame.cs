using System.Net;
using System.Text;
using System.Text.Json;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

/// <summary>Recorded questions to authorize: a real agent answers each as recorded, and a caller with that identity is treated so by us.</summary>
public sealed class TheAgentIsAskedTheSame(TheAgentIsAskedTheSame.Agents agents) : IClassFixture<TheAgentIsAskedTheSame.Agents>
{
    private const string AnyTrustDomain = "11111111-2222-3333-4444-555555555555.consul";
    private static readonly Version Oldest = new(1, 8, 7);

    // The agent leaves the trust domain to whoever verifies the certificate, and that is us.
    private const string OtherTrustDomain = "A-13";

    private static readonly Dictionary<string, JsonElement> Rows = Read();

    /// <summary>Those that hold for the oldest version; later ones need what it does not know.</summary>
    public static TheoryData<string> Recorded => [.. Rows.Values.Where(row => Text(row, "minConsul") is not { } since || Version.Parse(since) <= Oldest).Select(row => Text(row, "id")!)];

    [SkippableTheory]
    [MemberData(nameof(Recorded))]
    public async Task And_answers_as_recorded_and_we_agree(string id)
    {
        var row = Rows[id];
        var shared = await agents.StartAsync(Text(row, "aclDefaultPolicy") ?? (row.TryGetProperty("token", out _) ? "deny" : null));
        Skip.If(Text(row, "maxConsul") is { } until && Version.Parse(until) < shared.Agent.Version, "A newer Consul answers otherwise.");
        var token = Text(row, "token") switch
        {
            null => shared.Agent.ManagementToken,
            "(random uuid)" => Guid.NewGuid().ToString(),
            var rules => await shared.Agent.CreateTokenAsync(rules),
        };
        var intentions = Intentions(row).ToArray();
        foreach (var (source, destination, allow) in intentions)
            await shared.Agent.CreateIntentionAsync(source, destination, allow);
        try
        {
            await Eventually.ReadsAsync($"the agent answers {id} as recorded", ending => AskAsync(shared, row, token, ending), difference => difference is null, TimeSpan.FromSeconds(10));
            if (Body(row) is { } body && Text(body, "Target") is { } target && Text(body, "ClientCertURI") is { } uri && !body.TryGetProperty("Extra", out _))
            {
                foreach (var provider in (string[])["Intentions", "Agent"])
                    await TheCallerIsTreatedSoAsync(shared, provider, target, uri, token, IsAllowed(row) && id != OtherTrustDomain);
            }
        }
        finally
        {
            foreach (var (source, destination, _) in intentions)
                await shared.Agent.DeleteIntentionAsync(source, destination);
        }
    }

    private static async Task TheCallerIsTreatedSoAsync(SharedAgent shared, string provider, string service, string uri, string? token, bool allowed)
    {
        var mayServe = token == shared.Agent.ManagementToken;
        await using var app = await MeshApp.StartAsync(service, shared.Settings(
            ("Consul:Token", token),
            ("Consul:Connect:Authorization:Provider", provider),
            // A token without rights gets no certificate to serve with, and callers wait for the first one.
            ("Consul:Connect:HandshakeTimeout", mayServe ? null : "1s")));
        app.Logs.Expect("does not fit a name in DNS");
        if (mayServe)
            await app.ReadyAsync();
        else
            await app.Logs.Expect("Denied").Expect("TokenNotKnownYet").Expect("AuthorizeFails").WaitForAsync(entry => entry.Level >= LogLevel.Warning);

        var caller = shared.Forged(configure: o => o.UriNames = [uri.Replace(AnyTrustDomain, shared.Authority.TrustDomain, StringComparison.Ordinal)]);
        var attempt = await Attempt.MakeAsync(caller, app.Mesh.Port);

        Assert.True(attempt.IsServed || attempt.IsRefused, attempt.Received);
        Assert.True(attempt.IsServed == allowed, $"With the provider {provider} we {(attempt.IsServed ? "serve" : "refuse")} {uri}.");
    }

    /// <returns>What differs from the row; null: nothing.</returns>
    private static async Task<string?> AskAsync(SharedAgent shared, JsonElement row, string? token, CancellationToken ending)
    {
        var request = row.GetProperty("request");
        using var message = new HttpRequestMessage(new(Text(request, "method")!), Text(request, "path"));
        if (token is not null)
            message.Headers.Add("X-Consul-Token", token);
        if ((Text(request, "rawBody") ?? Body(row)?.GetRawText()) is { } body)
            message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await shared.Agent.Http.SendAsync(message, ending);
        var text = await answer.Content.ReadAsStringAsync(ending);

        var expected = row.GetProperty("expect");
        if ((int)answer.StatusCode != expected.GetProperty("status").GetInt32())
            return $"{(int)answer.StatusCode} {text}";
        if (expected.TryGetProperty("header", out var headers) && headers.EnumerateObject().FirstOrDefault(header => !Values(answer, header.Name).Contains(header.Value.GetString())) is { Value.ValueKind: not JsonValueKind.Undefined } missing)
            return $"{missing.Name}: {string.Join(',', Values(answer, missing.Name))}";
        if (Text(expected, "textContains") is { } part && !text.Contains(part, StringComparison.Ordinal))
            return text;
        if (answer.StatusCode != HttpStatusCode.OK)
            return null;
        // "MISS then HIT" holds when it was asked again.
        if (Text(expected, "xCache")?.Split(' ')[^1] is { } cache && !Values(answer, "X-Cache").Contains(cache))
            return $"X-Cache: {string.Join(',', Values(answer, "X-Cache"))}";
        var verdict = JsonDocument.Parse(text).RootElement;
        return verdict.GetProperty("Authorized").GetBoolean() == IsAllowed(row)
            && (Text(expected, "reasonContains") is not { } reason || Text(verdict, "Reason")!.Contains(reason, StringComparison.Ordinal))
            ? null : text;
    }

    private static IEnumerable<string?> Values(HttpResponseMessage answer, string name)
    {
        if (answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values))
            return [string.Join(',', values)];
        return [];
    }

    private static IEnumerable<(string Source, string Destination, bool Allow)> Intentions(JsonElement row) =>
        row.TryGetProperty("intentions", out var all)
            ? all.EnumerateArray().Select(one => one.GetString()!.Split(["->", " "], StringSplitOptions.None)).Select(parts => (parts[0], parts[1], parts[2] == "allow"))
            : [];

    private static bool IsAllowed(JsonElement row) => row.GetProperty("expect").TryGetProperty("authorized", out var authorized) && authorized.ValueKind == JsonValueKind.True;

    private static JsonElement? Body(JsonElement row) => row.GetProperty("request").TryGetProperty("body", out var body) ? body : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static Dictionary<string, JsonElement> Read() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "test", "Consul.Connect.MeshTests", "Vectors", "authorize.json")))
            .RootElement.GetProperty("vectors").EnumerateArray().ToDictionary(row => Text(row, "id")!);

    /// <summary>An agent for each default policy that a row asks for.</summary>
    public sealed class Agents : IAsyncLifetime
    {
        private readonly Dictionary<string, SharedAgent> _byPolicy = [];

        public async Task<SharedAgent> StartAsync(string? aclDefaultPolicy)
        {
            if (!_byPolicy.TryGetValue(aclDefaultPolicy ?? "", out var shared))
                _byPolicy[aclDefaultPolicy ?? ""] = shared = new();
            await shared.StartAsync(aclDefaultPolicy);
            return shared;
        }

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            foreach (var shared in _byPolicy.Values)
                await shared.DisposeAsync();
        }
    }
}
