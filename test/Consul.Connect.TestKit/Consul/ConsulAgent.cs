using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ConsulConnect.TestKit;

/// <summary>
/// A real Consul agent on free loopback ports, ready when <see cref="StartAsync"/> returns: it has a leader and roots, and its ACLs
/// answer. Without a Consul here the test is skipped, in CI it fails; so the test is a <c>[SkippableFact]</c>.
/// </summary>
public sealed partial class ConsulAgent : IAsyncDisposable
{
    private const int Attempts = 8;

    private readonly RealConsul _consul;
    private readonly ConsulAgentFiles _files = new();
    private ChildProcess? _process;
    private HttpClient? _http;

    private ConsulAgent(RealConsul consul, ConsulAgentOptions options)
    {
        _consul = consul;
        Options = options;
        options.AclDefaultPolicy ??= options.Join?.Options.AclDefaultPolicy;
        if (options.AclDefaultPolicy is not null)
            ManagementToken = options.Join?.ManagementToken ?? Guid.NewGuid().ToString();
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:port</c>.</summary>
    public string Address => $"http://127.0.0.1:{Ports.Http}";

    /// <summary>Speaks to it as its operator, with all rights.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("The agent was not started.");

    /// <summary>The token with all rights; null without ACLs.</summary>
    public string? ManagementToken { get; }

    public string Datacenter => Options.Datacenter;

    public Version Version => _consul.Version;

    public int ProcessId => Process.Id;

    /// <summary>The newest lines it wrote.</summary>
    public string Output => _process?.Output ?? "";

    internal ConsulAgentOptions Options { get; }

    internal ConsulPorts Ports { get; private set; } = ConsulPorts.Take();

    private ChildProcess Process => _process ?? throw new InvalidOperationException("The agent was not started.");

    public static async Task<ConsulAgent> StartAsync(Action<ConsulAgentOptions>? configure = null)
    {
        var options = new ConsulAgentOptions();
        configure?.Invoke(options);
        var agent = new ConsulAgent(await RealConsul.FindAsync(), options);
        try
        {
            await agent.LaunchAsync(ports => ConsulPorts.Take());
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, as when the machine's memory runs out.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Starts it after <see cref="KillAsync"/>, on the same ports: with its state when it keeps it, else as a new mesh.</summary>
    public Task StartAgainAsync() => LaunchAsync(ports => ports);

    /// <summary>While it is dead: it will not know any more what was registered with it.</summary>
    public void ForgetServices() => _files.ForgetServices();

    /// <summary>SIGSTOP: connections stay, answers do not come.</summary>
    public Task PauseAsync() => Process.PauseAsync();

    /// <summary>SIGCONT.</summary>
    public void Resume() => Process.Resume();

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _files.Dispose();
    }

    private async Task LaunchAsync(Func<ConsulPorts, ConsulPorts> portsAfterClash)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_process is not null)
                await _process.DisposeAsync();
            _files.Write(Options, Ports, ManagementToken, Version);
            string[] mode = Options.IsDevelopment ? ["-dev"] : [];
            _process = ChildProcess.Start(_consul.Path, ["agent", .. mode, "-config-file", _files.ConfigurationFile]);
            _http?.Dispose();
            _http = CreateClient();
            try
            {
                await WaitUntilReadyAsync();
                return;
            }
            catch (Exception e)
            {
                // Its last words come a moment after its end.
                if (_process.HasExited)
                    await _process.WaitForExitAsync(TimeSpan.FromSeconds(10));
                var isPortClash = _process.HasExited && Output.Contains("address already in use", StringComparison.Ordinal);
                if (!isPortClash || attempt == Attempts)
                    throw new InvalidOperationException($"The agent at {Address} did not become ready: {e.Message}\nIts output:\n{Output}", e);
                Ports = portsAfterClash(Ports);
            }
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        await AskUntilAsync("the agent has a leader", "/v1/status/leader", answer => answer.GetValue<string>() != "");
        if (ManagementToken is not null)
            await AskUntilAsync("the agent knows its token", "/v1/acl/token/self", answer => answer["SecretID"]?.GetValue<string>() == ManagementToken);
        // The first roots of a secondary are its own, made before it has heard of the primary's.
        var trustDomain = Options.Primary is null ? null : await Options.Primary.GetTrustDomainAsync();
        await AskUntilAsync("the agent has roots", "/v1/agent/connect/ca/roots?wait=1s", answer =>
            answer["Roots"]?.AsArray().Count > 0 && (trustDomain is null || answer["TrustDomain"]?.GetValue<string>() == trustDomain));
        if (Options.Primary is not null)
            await AskUntilAsync("the secondary signs", "/v1/agent/connect/ca/leaf/kit-readiness?wait=1s", answer => answer["CertPEM"]?.GetValue<string>() is not null);
        // One that has just joined does not know yet what holds for whom no rule names.
        if (ManagementToken is not null)
            await Eventually.HoldsAsync("the agent decides", async _ => await SendAsync(HttpMethod.Post, "/v1/agent/connect/authorize", new { Target = "kit-readiness", ClientCertURI = "spiffe://kit.consul/ns/kit/dc/kit/svc/kit-readiness" }) is not null);
        // Consistent, because a leader that has just come back may not have read again all that it wrote before.
        await AskUntilAsync("the agent is in the catalog", $"/v1/catalog/node/node-{Ports.Http}?consistent", answer => answer["Node"] is not null);
    }

    private Task<JsonNode> AskUntilAsync(string what, string path, Func<JsonNode, bool> isRight) =>
        Eventually.ReadsAsync(what, async ending => await Http.GetFromJsonAsync<JsonNode>(path, ending) ?? "null", isRight, giveUp: () => Process.HasExited ? $"the agent ended with exit code {Process.ExitCode}." : null);

    private HttpClient CreateClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(Address) };
        if (ManagementToken is not null)
            client.DefaultRequestHeaders.Add("X-Consul-Token", ManagementToken);
        return client;
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, object? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        // Takes the place of the operator's.
        if (token is not null)
            request.Headers.Add("X-Consul-Token", token);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {text}", null, answer.StatusCode);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
