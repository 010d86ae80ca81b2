using System.Text;
using System.Text.Json;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>The rules of one recorded scenario, and how requests were read.</summary>
/// <param name="Normalization">As the mesh entry has it.</param>
internal sealed record EnvoyScenario(string Name, IReadOnlyList<Intention> Intentions, string Service, bool DefaultAllows, JsonElement Normalization)
{
    public DefaultPolicyAnswer ByDefault { get; } = new(DefaultAllows, Service, "as recorded");

    public IntentionSet LikeEnvoy { get; } = new(new(Intentions), Service, Readings.LikeEnvoy(Normalization));

    public IntentionSet Ours { get; } = new(new(Intentions), Service, Readings.Ours(Normalization));
}

/// <summary>One request and what Envoy did with it.</summary>
/// <param name="Status">The answer; 0 when the parser closed the connection or the stream.</param>
/// <param name="Table">What Consul's precedence table says where Envoy deviates from it.</param>
/// <param name="What">A name for messages.</param>
internal sealed record EnvoyCase(EnvoyScenario Scenario, ConnectPeer Caller, string Method, string Target, string Authority, IReadOnlyList<(string Name, string Value)> Headers, int Status, bool? Table, string What)
{
    public RequestView Request { get; } = new(Method, Target, Authority, "https", new WireHeaders(Headers));

    /// <summary>Whether rules were asked and let it through; CONNECT then ends without a route.</summary>
    public bool Allowed => Status == 200 || (Status == 404 && Method == "CONNECT");

    public bool IsAboutPaths => Scenario.Intentions.SelectMany(intention => intention.Permissions).Any(permission =>
        permission.Http is { } http && ((http.PathExact + http.PathPrefix + http.PathRegex).Length > 0 || http.Headers.Any(header => header.Name == ":path")));

    public bool IsUnnormalised => !Readings.LikeEnvoy(Scenario.Normalization).NormalizePath;

    /// <summary>What it would have said of the path it had made canonical.</summary>
    public bool IsAllowedByEnvoyWhenNormalised =>
        new IntentionSet(new(Scenario.Intentions), Scenario.Service, Readings.LikeEnvoy(Scenario.Normalization) with { NormalizePath = true }).Decide(Caller, Request, Scenario.ByDefault).Allowed;

    /// <summary>Whether Envoy's HTTP parser refused it for what says nothing about a target or a header's value: a method it does not know, frames that break HTTP/2.</summary>
    public bool LeftToTheParser => (Status == 400 && (Method == "CONNECT" || !KnownMethods.Contains(Method))) || (Status == 0 && BrokenFrames.Contains(What));

    private static IReadOnlyList<string> KnownMethods { get; } = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

    private static IReadOnlyList<string> BrokenFrames { get; } =
    [
        "method G T", "method ", "extended CONNECT websocket /public", "two :path public then admin", "two :method", "no :scheme", "no authority no host", "upper-case header",
        "unknown pseudo", "empty header name", "header value LF", "header value NUL", "connection header", "te gzip", "transfer-encoding", "content-length 5 with end stream",
        "method CONNECT", "CONNECT with path /admin", "path 'http://web/admin'", "path 'https://web/public'",
    ];

    public IntentionDecision DecideLikeEnvoy() => Scenario.LikeEnvoy.Decide(Caller, Request, Scenario.ByDefault);

    public IntentionDecision Decide() => Scenario.Ours.Decide(Caller, Request, Scenario.ByDefault);

    public override string ToString() => $"{Scenario.Name} ({(Scenario.DefaultAllows ? "allow" : "deny")}): {What} {Caller.Service} {Method} {Target} {string.Join(" ", Headers)} -> {Status}";

    public static IEnumerable<EnvoyCase> Read(string file)
    {
        var recording = VectorFile.Read("envoy", $"{file}.json");
        foreach (var entry in recording.GetProperty("scenarios").EnumerateArray())
        {
            var scenario = new EnvoyScenario(
                entry.Text("name"),
                Intentions("web", entry.GetProperty("intentions")),
                "web",
                recording.Text("defaultPolicy") == "allow",
                recording.GetProperty("normalization"));
            foreach (var row in entry.GetProperty("cases").EnumerateArray())
            {
                var fields = Pairs(row.GetProperty("headers")).Select(field => (field.Name, Value: field.Value.Trim(' ', '\t'))).ToArray();
                yield return new(
                    scenario,
                    Policy.Caller(row.Text("source")),
                    row.Text("method"),
                    row.Text("target"),
                    fields.Where(field => IsHost(field.Name)).Select(field => field.Value).LastOrDefault("web"),
                    [.. fields.Where(field => !IsHost(field.Name))],
                    row.GetProperty("status").GetInt32(),
                    row.TryGetProperty("precedenceTable", out var table) ? table.GetString() == "allow" : null,
                    file);
            }
        }
    }

    /// <summary>The reader of the product reads them, as the agent's answer.</summary>
    public static IReadOnlyList<Intention> Intentions(string service, JsonElement list) =>
        IntentionAnswers.Match(Encoding.UTF8.GetBytes($$"""{"{{service}}":{{list.GetRawText()}}}"""), service).Intentions;

    public static IEnumerable<(string Name, string Value)> Pairs(JsonElement list) =>
        list.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!));

    private static bool IsHost(string name) => name.Equals("host", StringComparison.OrdinalIgnoreCase);
}
