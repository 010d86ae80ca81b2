using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ConsulConnect.MeshTests;

/// <summary><c>consul connect proxy</c> as the caller's sidecar: a pipe that agrees to h2 and then carries whatever its client speaks.</summary>
public sealed class TheBuiltInProxy(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableTheory]
    [InlineData("1.1", "HTTP/1.1")]
    [InlineData("2.0", "HTTP/2")]
    public async Task Reaches_the_service_with_what_its_client_speaks(string version, string protocol)
    {
        await using var app = await ServeAsync();
        await using var proxy = await StartAsync();

        var seen = await Eventually.ReadsAsync("the service answers through the proxy", ending => GetAsync(proxy.Port, version, ending), _ => true);

        // 1.8 always offers exactly h2; later versions offer nothing.
        var negotiated = shared.Agent.Version < new Version(1, 9) ? "h2" : "";
        Assert.Equal((protocol, negotiated, "https"), (Text(seen, "protocol"), Text(seen, "alpn"), Text(seen, "scheme")));
        Assert.EndsWith("/ns/default/dc/dc1/svc/web", Text(seen, "caller"), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Is_denied_while_an_intention_denies_whom_it_serves(string version)
    {
        await using var app = await ServeAsync();
        await using var proxy = await StartAsync();
        await Eventually.ReadsAsync("the service answers through the proxy", ending => GetAsync(proxy.Port, version, ending), _ => true);

        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        await Eventually.HoldsAsync("it is denied", async ending => await IsDeniedAsync(proxy.Port, version, ending), TimeSpan.FromSeconds(5));
        await app.Logs.WaitForAsync("ConnectionDenied");
        Assert.True(await IsDeniedAsync(proxy.Port, version, CancellationToken.None));

        await shared.Agent.DeleteIntentionAsync("web", _service);
        await Eventually.ReadsAsync("it is served again", ending => GetAsync(proxy.Port, version, ending), _ => true, TimeSpan.FromSeconds(5));
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private static void Map(WebApplication app) => app.MapGet("/seen", (HttpContext context, ConnectPeer caller) => new Dictionary<string, string>
    {
        ["caller"] = caller.SpiffeId,
        ["protocol"] = context.Request.Protocol,
        ["scheme"] = context.Request.Scheme,
        ["alpn"] = context.Features.Get<ISslStreamFeature>()!.SslStream.NegotiatedApplicationProtocol.ToString(),
    });

    // In the catalog, since the proxy asks it for each connection.
    private Task<MeshApp> ServeAsync() => shared.ServeAsync(_service, Map, ("Consul:Service:Name", _service));

    private async Task<Proxy> StartAsync()
    {
        var port = FreePorts.Take(1)[0];
        var process = shared.Agent.StartCli("connect", "proxy", "-service", "web", "-upstream", $"{_service}:127.0.0.1:{port}");
        await process.WaitForLineAsync(line => line.Contains("ready to serve", StringComparison.Ordinal));
        return new(process, port);
    }

    // A client each time, and so a connection of the proxy each time.
    private static async Task<JsonNode> GetAsync(int port, string version, CancellationToken ending)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://127.0.0.1:{port}"), DefaultRequestVersion = new(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        return (await http.GetFromJsonAsync<JsonNode>("/seen", ending))!;
    }

    private static async Task<bool> IsDeniedAsync(int port, string version, CancellationToken ending)
    {
        var failure = await Record.ExceptionAsync(() => GetAsync(port, version, ending));
        // Nothing at all was answered: an error of the app would have a status.
        return failure is HttpRequestException { StatusCode: null };
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private sealed class Proxy(ChildProcess process, int port) : IAsyncDisposable
    {
        public int Port { get; } = port;

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }
}
