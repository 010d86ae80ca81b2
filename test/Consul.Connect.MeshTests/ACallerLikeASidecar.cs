using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

/// <summary>
/// What a current Consul hands out and what its Envoy sidecars send, neither of which can run here: certificates of our own CA in
/// their form, from a scripted agent, and TLS as it was observed on the wire.
/// </summary>
public sealed class ACallerLikeASidecar : IAsyncLifetime
{
    private readonly TestCa _ca = TestCa.Create();
    private ScriptedAgent _agent = null!;

    // Empty subject, critical SAN.
    private MeshCaller Caller(string service) => MeshCaller.From(_ca.IssueLeaf(service, o => o.Subject = ""), _ca);

    [Theory]
    [InlineData(null, "1.1")]
    [InlineData("http/1.1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task Is_served_by_the_example(string? alpn, string version)
    {
        await using var app = await ExampleApp.StartAsync(_agent.Address);
        var sidecar = Sidecar("client", "orders", alpn);

        await using (var tls = await sidecar.OpenTlsAsync(app.Mesh))
            Assert.Equal((SslProtocols.Tls12, MeshCaller.SidecarCipherSuite, alpn ?? ""), (tls.SslProtocol, tls.NegotiatedCipherSuite, tls.NegotiatedApplicationProtocol.ToString()));
        using var http = sidecar.CreateClient(app.Mesh);
        using var answer = await http.GetAsync("/whoami");

        Assert.Equal("127.0.0.1:9191", http.BaseAddress!.Authority);
        Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
        Assert.Equal($"spiffe://{_ca.TrustDomain}/ns/default/dc/dc1/svc/client", (await answer.Content.ReadFromJsonAsync<JsonNode>())!["spiffeId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Is_decided_per_request_by_recorded_permissions_and_the_log_names_the_one_that_denied()
    {
        _agent.SetMatch("web", Recorded("permissions"));
        await using var app = await ServeWebAsync();

        // What is allowed reaches the app, which has nothing there.
        var client = Sidecar("client", "web", null);
        Assert.StartsWith("HTTP/1.1 404 ", (await Attempt.MakeAsync(client, app.Mesh.Port, "/api/orders")).Received, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", (await Attempt.MakeAsync(client, app.Mesh.Port, "/admin")).Received, StringComparison.Ordinal);
        var line = await app.Logs.WaitForAsync("RequestDenied");
        Assert.Equal(("intention_denied", "client -> web, permission 0", LogLevel.Information), (line["Reason"], line["Rule"], line.Level));

        // The same answer allows another caller, and refuses the rest.
        Assert.True((await Attempt.MakeAsync(Sidecar("other", "web", null), app.Mesh.Port)).IsServed);
        Assert.True((await Attempt.MakeAsync(Sidecar("somebody", "web", null), app.Mesh.Port)).IsRefused);
    }

    [Theory]
    [InlineData("none", 0, true, true)]
    [InlineData("permissions", 4, true, false)]
    [InlineData("permissions with JWT requirements", 1, false, true)]
    [InlineData("wildcards", 3, false, false)]
    public async Task Is_decided_from_recorded_answers_which_are_read_without_error(string recorded, int intentions, bool clientIsServed, bool strangerIsServed)
    {
        _agent.SetMatch("web", Recorded(recorded));
        await using var app = await ServeWebAsync();

        var line = await app.Logs.WaitForAsync("IntentionsChanged");
        Assert.Equal(intentions, line["Count"]);
        Assert.Equal(clientIsServed, (await Attempt.MakeAsync(Caller("client"), app.Mesh.Port)).IsServed);
        Assert.Equal(strangerIsServed, (await Attempt.MakeAsync(Caller("stranger"), app.Mesh.Port)).IsServed);
    }

    public async Task InitializeAsync()
    {
        _agent = await ScriptedAgent.StartAsync();
        _agent.UseCa(_ca);
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    private MeshCaller Sidecar(string source, string destination, string? alpn) =>
        Caller(source).AsSidecar($"{destination}.default.dc1.internal.{_ca.TrustDomain}", alpn is null ? null : new SslApplicationProtocol(alpn));

    private async Task<MeshApp> ServeWebAsync() => await (await MeshApp.StartAsync("web", [new("Consul:Address", _agent.Address)])).ReadyAsync();

    private static string Recorded(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "test", "Consul.Connect.MeshTests", "Vectors", "match-1.21.4.json")))
            .RootElement.GetProperty(name).GetProperty("web").GetRawText();
}
