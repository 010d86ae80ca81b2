using System.Security.Cryptography;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>One real agent for the tests of a class. They know its CA's key, so that they can issue what it never would.</summary>
public sealed class SharedAgent : IAsyncLifetime
{
    private Task<ConsulAgent>? _starting;
    private TestCa? _authority;

    public ConsulAgent Agent { get; private set; } = null!;

    /// <summary>The agent's own root.</summary>
    public TestCa Authority => _authority ?? throw new InvalidOperationException("The agent was not started.");

    /// <summary>To be called by a test, not by the fixture's own start: only there a missing Consul can skip.</summary>
    public async Task StartAsync(string? aclDefaultPolicy = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportECPrivateKeyPem() + "\n";
        _starting ??= ConsulAgent.StartAsync(o =>
        {
            o.AclDefaultPolicy = aclDefaultPolicy;
            o.Hcl = $"connect {{ ca_config {{ private_key = \"{pem.Replace("\n", "\\n", StringComparison.Ordinal)}\" }} }}";
        });
        Agent = await _starting;
        _authority ??= TestCa.From((await Agent.GetTrustAnchorsAsync()).Single(), pem);
    }

    /// <summary>A caller with a leaf from the agent.</summary>
    public async Task<MeshCaller> CallerAsync(string service = "web") => MeshCaller.From(await Agent.IssueLeafAsync(service));

    /// <summary>A caller with a leaf that the agent's CA would not have issued.</summary>
    public MeshCaller Forged(string service = "web", Action<TestCaLeafOptions>? configure = null) => MeshCaller.From(Authority.IssueLeaf(service, configure), Authority);

    /// <summary>An app of this agent's mesh that is ready.</summary>
    public async Task<MeshApp> ServeAsync(string service, Action<Microsoft.AspNetCore.Builder.WebApplication>? map = null, params (string Key, string? Value)[] settings) =>
        await (await MeshApp.StartAsync(service, Settings(settings), map: map)).ReadyAsync();

    public IReadOnlyDictionary<string, string?> Settings(params (string Key, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?> { ["Consul:Address"] = Agent.Address, ["Consul:Token"] = Agent.ManagementToken };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_starting is { IsCompletedSuccessfully: true })
            await (await _starting).DisposeAsync();
    }
}
