using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.MeshTests;

/// <summary>A worker without Kestrel calls each kind of service that a real agent's mesh may have.</summary>
public sealed class AWorkerCalls(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    // Twice the failures in a row that would eject an instance.
    private const int ManyCalls = 12;

    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    private string Host => $"{_service}.service.consul";

    [SkippableFact]
    public async Task Servers_on_the_Go_library_and_is_told_by_an_intention_and_ejects_none()
    {
        await using var first = await GoAsync("server", "a");
        await using var second = await GoAsync("server", "b");
        await using var worker = await Worker.StartAsync(shared.Agent, settings: ($"Consul:Connect:Upstreams:{_service}:Protocol", "http2"));
        using var http = worker.CreateHttp(Host);

        await IsDeniedAndThenServedAsync(worker, http, "/info", first.Port, second.Port);

        var seen = (await http.GetFromJsonAsync<JsonNode>("/info"))!;
        Assert.Equal(("HTTP/2.0", "h2", Host), (Text(seen, "proto"), Text(seen, "alpn"), Text(seen, "host")));
        Assert.Equal($"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/web", Text(seen, "peer"));
        using var answer = await http.PostAsync("/echo", new StringContent("there and back"));
        Assert.Equal("there and back", await answer.Content.ReadAsStringAsync());
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Servers_of_ours_and_is_told_by_an_intention_and_ejects_none(string version)
    {
        await using var first = await OwnAsync();
        await using var second = await OwnAsync();
        first.Logs.Expect("ConnectionDenied");
        second.Logs.Expect("ConnectionDenied");
        await using var worker = await Worker.StartAsync(shared.Agent);
        using var http = worker.CreateHttp(Host, version);

        await IsDeniedAndThenServedAsync(worker, http, "/whoami", first.Mesh.Port, second.Mesh.Port);

        using var answer = await http.GetAsync("/whoami");
        Assert.Equal(new(version), answer.Version);
        Assert.Equal($"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/web", await answer.Content.ReadAsStringAsync());
    }

    [SkippableTheory]
    [InlineData("http1", "HTTP/1.1")]
    [InlineData("http2", "HTTP/2")]
    public async Task A_service_behind_the_built_in_proxy_and_is_told_by_an_intention_and_ejects_nobody(string upstream, string spoken)
    {
        await using var behind = await PlainAsync(spoken == "HTTP/2" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        await using var proxy = await BuiltInProxy.StartAsync(shared.Agent, _service, new Uri(Address(behind)).Port);
        await using var worker = await Worker.StartAsync(shared.Agent, settings: ($"Consul:Connect:Upstreams:{_service}:Protocol", upstream));
        using var http = worker.CreateHttp(Host);

        await IsDeniedAndThenServedAsync(worker, http, "/seen", proxy.Port);

        Assert.Equal($"{spoken} {Host}", await http.GetStringAsync("/seen"));
        Assert.Equal(proxy.Port, Assert.Single(await worker.Service.Resolver.ResolveAsync(ConnectTarget.Service(_service), CancellationToken.None)).Port);
    }

    [SkippableFact]
    public async Task A_server_on_the_Go_library_over_HTTP_1_unless_its_Go_insists_on_HTTP_2()
    {
        await using var server = await GoAsync("server", "a");
        await using var worker = await Worker.StartAsync(shared.Agent);
        await worker.KnowsAsync(_service);
        using var http = worker.CreateHttp(Host);

        try
        {
            var seen = (await http.GetFromJsonAsync<JsonNode>("/info"))!;
            Assert.Equal(("HTTP/1.1", "", Host), (Text(seen, "proto"), Text(seen, "alpn"), Text(seen, "host")));
        }
        catch (HttpRequestException e)
        {
            // Go 1.17 and later refuse who offers nothing that they speak.
            var dial = Assert.IsType<ConnectDialException>(e.InnerException);
            Assert.Equal((ConnectDialError.HandshakeFailed, $"127.0.0.1:{server.Port}"), (dial.Error, dial.Address));
            Assert.Contains("does the service speak http/1.1?", dial.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_web_socket_of_ours_that_closes_when_an_intention_denies_it(string version)
    {
        await using var app = await OwnAsync();
        app.Logs.Expect("ConnectionDenied").Expect("ConnectionsRevoked").Expect("ApplicationError");
        await using var worker = await Worker.StartAsync(shared.Agent);
        worker.Logs.Expect("Refused");
        await shared.Agent.ListsAsync(_service);
        using var handler = new HttpMessageInvoker(worker.Service.CreateHandler());
        using var socket = Socket(version);

        await socket.ConnectAsync(new($"wss://{Host}/socket"), handler, CancellationToken.None);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal($"ping from spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/web", Encoding.UTF8.GetString(buffer, 0, got.Count));

        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(buffer, patience.Token));
        using var another = Socket(version);
        var failure = await Assert.ThrowsAsync<WebSocketException>(() => another.ConnectAsync(new($"wss://{Host}/socket"), handler, CancellationToken.None));
        Assert.Contains($"an intention that denies \"web\" -> \"{_service}\"", failure.ToString(), StringComparison.Ordinal);
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The intention is there first; once those ports are known to serve again, the very next call is answered.</summary>
    private async Task IsDeniedAndThenServedAsync(Worker worker, HttpClient http, string path, params int[] ports)
    {
        worker.Logs.Expect("Refused");
        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        await IsRefusedAsync(true, ports);
        await worker.KnowsAsync(_service, ports.Length);

        for (var i = 0; i < ManyCalls; i++)
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(path));
            var denied = failure.InnerException as ConnectDeniedException ?? throw new InvalidOperationException("Another error.", failure);
            Assert.StartsWith($"\"{_service}\" refused the connection right after the TLS handshake. The usual cause is an intention that denies \"web\" -> \"{_service}\".", denied.Message, StringComparison.Ordinal);
        }

        await shared.Agent.DeleteIntentionAsync("web", _service);
        await IsRefusedAsync(false, ports);
        for (var i = 0; i < ManyCalls; i++)
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.DoesNotContain(worker.Logs.Entries, entry => entry.Event.Name == "Ejected");
        Assert.Single(worker.Logs.Entries, entry => entry.Event.Name == "Refused");
    }

    // Others than our own servers ask the agent for each connection, and take their time to hear of a change.
    private async Task IsRefusedAsync(bool refused, params int[] ports)
    {
        var caller = await shared.CallerAsync();
        foreach (var port in ports)
            await Eventually.HoldsAsync($"port {port} {(refused ? "refuses" : "serves")}", async _ => (await Attempt.MakeAsync(caller, port)).IsRefused == refused);
    }

    private Task<PeerServer> GoAsync(string kind, string id) => GoPeer.ServeAsync(shared.Agent, kind, "-name", _service, "-register", "-id", $"{_service}-{id}");

    private Task<MeshApp> OwnAsync() => shared.ServeAsync(_service, Map, ("Consul:Service:Name", _service));

    private static void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.MapGet("/whoami", (ConnectPeer caller) => caller.SpiffeId);
        app.Map("/socket", async (HttpContext context, ConnectPeer caller) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
            var answer = $"{Encoding.UTF8.GetString(buffer, 0, got.Count)} from {caller.SpiffeId}";
            await socket.SendAsync(Encoding.UTF8.GetBytes(answer), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.ReceiveAsync(buffer, context.RequestAborted);
        });
    }

    // What a sidecar has behind it: no TLS, and the protocol that the caller speaks from its first byte.
    private static async Task<WebApplication> PlainAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // The callers' scheme is https.
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host}"));
        await app.StartAsync();
        return app;
    }

    private static string Address(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    private static ClientWebSocket Socket(string version) => new() { Options = { HttpVersion = new(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
