using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>The example, joined to a real Consul, and a caller with a leaf from the same agent.</summary>
public sealed class ACallerOfTheMesh(ACallerOfTheMesh.Example example) : IClassFixture<ACallerOfTheMesh.Example>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Is_named_by_whoami(string version)
    {
        var identity = await example.Agent.IssueLeafAsync("web");
        using var http = (MeshCaller.From(identity) with { HttpVersion = new(version), ExpectedUri = identity.Uri.Replace("/svc/web", "/svc/orders", StringComparison.Ordinal) }).CreateHttpsClient(example.App.Mesh);

        using var answer = await http.GetAsync("/whoami");

        Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
        var caller = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(
            ("web", "default", "dc1", identity.Uri),
            (Text(caller, "service"), Text(caller, "namespace"), Text(caller, "datacenter"), Text(caller, "spiffeId")));
    }

    [SkippableFact]
    public async Task Finds_the_service_in_the_catalog_as_native()
    {
        var found = await Eventually.ReadsAsync(
            "orders is in the catalog",
            async ending => (await example.Agent.Http.GetFromJsonAsync<JsonNode>("/v1/health/connect/orders?passing", ending))!.AsArray(),
            entries => entries.Count == 1);

        var service = found[0]!["Service"]!;
        Assert.Equal(("orders", "127.0.0.1", example.App.Mesh), (Text(service, "Service"), Text(service, "Address"), service["Port"]!.GetValue<int>()));
        Assert.True(service["Connect"]!["Native"]!.GetValue<bool>());
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Reads_and_adds_orders(string version)
    {
        using var http = (await CallerAsync() with { HttpVersion = new(version) }).CreateHttpsClient(example.App.Mesh);

        Assert.Equal("coffee", Text((await http.GetFromJsonAsync<JsonNode>("/api/orders/1"))!, "item"));
        using var added = await http.PostAsJsonAsync("/api/orders", new { item = "tea", quantity = 3 });
        Assert.Equal((HttpStatusCode.Created, new Version(version)), (added.StatusCode, added.Version));
        var tea = (await http.GetFromJsonAsync<JsonNode>(added.Headers.Location))!;
        Assert.Equal(("tea", 3), (Text(tea, "item"), tea["quantity"]!.GetValue<int>()));
        var all = (await http.GetFromJsonAsync<JsonNode>("/api/orders"))!.AsArray();
        Assert.Contains(all, order => order!["id"]!.GetValue<int>() == tea["id"]!.GetValue<int>());
        Assert.Equal(all.Count, (await http.GetFromJsonAsync<JsonNode>("/admin/stats"))!["orders"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/orders/4711")).StatusCode);
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Follows_the_stream_event_by_event(string version)
    {
        using var http = (await CallerAsync() with { HttpVersion = new(version) }).CreateHttpsClient(example.App.Mesh);
        using var timeout = new CancellationTokenSource(Patience);

        using var answer = await http.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(timeout.Token));
        var data = new List<string>();
        while (data.Count < 3)
        {
            if (await lines.ReadLineAsync(timeout.Token) is { } line && line.StartsWith("data: ", StringComparison.Ordinal))
                data.Add(line["data: ".Length..]);
        }

        Assert.Equal(["0", "1", "2"], data);
    }

    [SkippableTheory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Talks_over_a_WebSocket(string version)
    {
        using var http = (await CallerAsync()).CreateHttpsClient(example.App.Mesh);
        using var timeout = new CancellationTokenSource(Patience);
        using var socket = new ClientWebSocket { Options = { HttpVersion = new(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

        await socket.ConnectAsync(new($"wss://127.0.0.1:{example.App.Mesh}/ws"), http, timeout.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, timeout.Token);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
    }

    [SkippableFact]
    public async Task Is_not_needed_on_the_local_endpoint()
    {
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{example.App.Local}") };
        Assert.Equal("ok", await http.GetStringAsync("/health"));
    }

    [SkippableFact]
    public void Is_served_by_an_app_that_says_who_it_is_and_complains_of_an_agent_that_allows_alone()
    {
        var output = example.App.Output;
        Assert.Contains($"\"orders\" is in the mesh as spiffe://{example.TrustDomain}/ns/default/dc/dc1/svc/orders", output, StringComparison.Ordinal);
        Assert.Contains($"agent {example.Agent.Address}", output, StringComparison.Ordinal);
        Assert.Equal(1, output.Split("warn:").Length - 1);
        Assert.Contains("Whoever no intention names may call \"orders\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Finds_it_no_more_when_it_was_stopped()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var app = await ExampleApp.StartAsync(agent.Address);
        async Task<int> CountAsync(CancellationToken ending) => (await agent.Http.GetFromJsonAsync<JsonNode>("/v1/health/connect/orders", ending))!.AsArray().Count;
        await Eventually.ReadsAsync("it is in the catalog", CountAsync, count => count == 1);

        await app.StopAsync();

        await Eventually.ReadsAsync("it has left the catalog", CountAsync, count => count == 0, TimeSpan.FromSeconds(5));
    }

    public Task InitializeAsync() => example.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task<MeshCaller> CallerAsync() => MeshCaller.From(await example.Agent.IssueLeafAsync("web"));

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    /// <summary>One agent and one example for all tests of the class.</summary>
    public sealed class Example : IAsyncLifetime
    {
        private Task? _starting;
        private ConsulAgent? _agent;
        private ExampleApp? _app;

        internal ConsulAgent Agent => _agent!;

        internal ExampleApp App => _app!;

        internal string TrustDomain { get; private set; } = "";

        public Task StartAsync() => _starting ??= LaunchAsync();

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (_app is not null)
                await _app.DisposeAsync();
            if (_agent is not null)
                await _agent.DisposeAsync();
        }

        private async Task LaunchAsync()
        {
            _agent = await ConsulAgent.StartAsync();
            TrustDomain = await _agent.GetTrustDomainAsync();
            _app = await ExampleApp.StartAsync(_agent.Address);
        }
    }
}
