using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

// What its operator does.
public sealed partial class ConsulAgent
{
    private static readonly Version ExactIntentions = new(1, 9);

    internal IReadOnlyDictionary<string, string?> CliEnvironment => new Dictionary<string, string?>
    {
        ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{Ports.Http}",
        ["CONSUL_HTTP_TOKEN"] = ManagementToken,
    }.AsReadOnly();

    /// <summary>Creates the intention, or changes it.</summary>
    public async Task CreateIntentionAsync(string source, string destination, bool allow)
    {
        var action = allow ? "allow" : "deny";
        if (Version >= ExactIntentions)
        {
            await SendAsync(HttpMethod.Put, ExactPath(source, destination), new { SourceType = "consul", Action = action });
            return;
        }

        var body = new { SourceType = "consul", SourceName = source, DestinationName = destination, Action = action };
        var id = await FindIntentionAsync(source, destination);
        await (id is null ? SendAsync(HttpMethod.Post, "/v1/connect/intentions", body) : SendAsync(HttpMethod.Put, $"/v1/connect/intentions/{id}", body));
    }

    public async Task DeleteIntentionAsync(string source, string destination)
    {
        if (Version >= ExactIntentions)
            await SendAsync(HttpMethod.Delete, ExactPath(source, destination));
        else if (await FindIntentionAsync(source, destination) is { } id)
            await SendAsync(HttpMethod.Delete, $"/v1/connect/intentions/{id}");
    }

    /// <summary>A token with a policy of these rules, such as <c>service "web" { policy = "write" }</c>.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="secret">The token itself, to bring back one that was deleted; null: a new one.</param>
    public async Task<string> CreateTokenAsync(string rules, string? secret = null, TimeSpan? life = null)
    {
        var policy = await SendAsync(HttpMethod.Put, "/v1/acl/policy", new { Name = $"rules-{Guid.NewGuid():n}", Rules = rules });
        secret ??= Guid.NewGuid().ToString();
        await SendAsync(HttpMethod.Put, "/v1/acl/token", new { SecretID = secret, Policies = new[] { new { ID = policy!["ID"]!.GetValue<string>() } }, ExpirationTTL = life is { } span ? $"{(long)span.TotalSeconds}s" : null });
        // A client agent reads tokens from any server, and remembers for a while that one was unknown.
        await Eventually.HoldsAsync("the agent knows the token", async _ => await SendAsync(HttpMethod.Get, "/v1/acl/token/self", token: secret) is not null);
        return secret;
    }

    public async Task DeleteTokenAsync(string secret)
    {
        var token = await SendAsync(HttpMethod.Get, "/v1/acl/token/self", token: secret);
        await SendAsync(HttpMethod.Delete, $"/v1/acl/token/{token!["AccessorID"]}");
    }

    /// <summary>Gives the mesh a new root, signed across by the old one, and returns its id once this agent names it.</summary>
    public async Task<string> RotateCaAsync()
    {
        var before = await GetActiveRootAsync();
        var current = await SendAsync(HttpMethod.Get, "/v1/connect/ca/configuration");
        var config = current!["Config"]!.DeepClone().AsObject();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        config["PrivateKey"] = key.ExportECPrivateKeyPem() + "\n";
        config.Remove("RootCert");
        await SendAsync(HttpMethod.Put, "/v1/connect/ca/configuration", new { Provider = "consul", Config = config });
        return await Eventually.ReadsAsync("the agent names another root", async _ => await GetActiveRootAsync(), active => active != before);
    }

    public async Task<string> GetTrustDomainAsync() => (await GetRootsAsync())["TrustDomain"]!.GetValue<string>();

    /// <summary>Runs the <c>consul</c> program against this agent, to its end.</summary>
    public Task<(int ExitCode, string Output)> RunCliAsync(params string[] arguments) => ChildProcess.RunAsync(_consul.Path, arguments, CliEnvironment);

    /// <summary>Starts the <c>consul</c> program against this agent, as for <c>connect proxy</c>.</summary>
    public ChildProcess StartCli(params string[] arguments) => ChildProcess.Start(_consul.Path, arguments, CliEnvironment);

    private static string ExactPath(string source, string destination) =>
        $"/v1/connect/intentions/exact?source={Uri.EscapeDataString(source)}&destination={Uri.EscapeDataString(destination)}";

    private async Task<string?> FindIntentionAsync(string source, string destination)
    {
        var all = await SendAsync(HttpMethod.Get, "/v1/connect/intentions");
        return all!.AsArray().FirstOrDefault(one => one!["SourceName"]!.GetValue<string>() == source && one["DestinationName"]!.GetValue<string>() == destination)?["ID"]!.GetValue<string>();
    }

    private async Task<string> GetActiveRootAsync() => (await GetRootsAsync())["ActiveRootID"]!.GetValue<string>();

    private async Task<JsonNode> GetRootsAsync() => (await SendAsync(HttpMethod.Get, "/v1/agent/connect/ca/roots?wait=1s"))!;
}
