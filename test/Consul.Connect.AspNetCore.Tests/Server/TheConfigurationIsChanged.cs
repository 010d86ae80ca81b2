using System.Net.Sockets;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Server;

/// <summary>While the app runs: its definition is applied, everything else waits for a restart.</summary>
public sealed class TheConfigurationIsChanged : IAsyncLifetime
{
    private ConsulDevAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await ConsulDevAgent.StartAsync();

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task A_changed_definition_is_in_the_catalog()
    {
        await using var app = await StartAsync();

        Change(app, ("Consul:Service:Tags:0", "v2"));

        await Eventually.HoldsAsync("the tag is in the catalog", async _ => (await EntryAsync())["Service"]!["Tags"]!.AsArray().Any(tag => tag!.GetValue<string>() == "v2"));
    }

    [Fact]
    public async Task A_definition_that_cannot_be_is_refused_and_the_one_before_stays()
    {
        await using var app = await StartAsync();
        app.Logs.Expect("DefinitionRefused");

        Change(app, ("Consul:Service:Weights:Passing", "0"), ("Consul:Service:Tags:0", "v2"));

        var line = await app.Logs.WaitForAsync("DefinitionRefused");
        Assert.Contains("Consul:Service:Weights:Passing is 0", line.Message, StringComparison.Ordinal);
        Assert.Equal("v1", (await EntryAsync())["Service"]!["Tags"]![0]!.GetValue<string>());

        Change(app);
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "DefinitionRefused");
        Change(app, ("Consul:Service:Weights:Passing", "-1"));
        Assert.Contains("Consul:Service:Weights:Passing is -1", app.Logs.Entries.Last(entry => entry.Event.Name == "DefinitionRefused").Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "CFG-014")]
    public async Task What_decides_about_callers_stays_as_it_is_and_one_warning_says_so()
    {
        await using var app = await StartAsync();
        app.Logs.Expect("NeedsRestart");

        Change(app, ("Consul:Connect:Authorization:Mode", "Audit"), ("Consul:Token", "a-new-secret"));

        var line = await app.Logs.WaitForAsync("NeedsRestart");
        Assert.Contains("Consul:Connect:Authorization:Mode, Consul:Token", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-new-secret", line.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectAuthorizationMode.Enforce, app.Service.Options.Connect.Authorization.Mode);

        Change(app);
        Assert.Single(app.Logs.Entries, entry => entry.Event.Name == "NeedsRestart");
    }

    [Fact]
    public async Task A_listener_that_is_bound_elsewhere_is_found_there()
    {
        await using var app = await StartAsync();
        Assert.Equal("127.0.0.1", (await EntryAsync())["Service"]!["Address"]!.GetValue<string>());

        Change(app, ("Kestrel:Endpoints:Connect:Url", "https://127.0.0.2:0"));

        var entry = await Eventually.ReadsAsync("the new address is in the catalog", async _ => (await EntryAsync())["Service"]!, service => service["Address"]!.GetValue<string>() == "127.0.0.2");
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.2", entry["Port"]!.GetValue<int>());
    }

    private static void Change(MeshApp app, params (string Key, string Value)[] changes)
    {
        var configuration = (IConfigurationRoot)app.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in changes)
            configuration[key] = value;
        configuration.Reload();
    }

    private async Task<MeshApp> StartAsync()
    {
        var app = await MeshApp.StartAsync("orders", [new("Consul:Address", $"{_agent.Address}"), new("Consul:Service:Name", "orders"), new("Consul:Service:Id", "orders-1"), new("Consul:Service:Tags:0", "v1")]);
        await app.ReadyAsync();
        await Eventually.HoldsAsync("it is in the catalog", async _ => await FindAsync() is not null);
        return app;
    }

    private async Task<JsonNode> EntryAsync() => await FindAsync() ?? throw new InvalidOperationException("It is not in the catalog.");

    private async Task<JsonNode?> FindAsync()
    {
        using var http = new HttpClient { BaseAddress = _agent.Address };
        return JsonNode.Parse(await http.GetStringAsync("/v1/health/connect/orders"))!.AsArray().SingleOrDefault();
    }
}
