using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

/// <summary>The rules that the README gives to apps that call, at an agent whose default is to deny.</summary>
public sealed partial class TheSmallestTokenOfACaller
{
    private static readonly string[] _rules = ReadRules();

    [SkippableFact]
    public async Task Reads_services_nodes_and_queries_and_that_suffices() =>
        await CallsAsync(_ => string.Join('\n', _rules), withQuery: true);

    [SkippableFact]
    public async Task Or_the_service_called_and_its_nodes_alone() =>
        await CallsAsync(node => $"service \"orders\" {{ policy = \"read\" }}\nnode \"{node}\" {{ policy = \"read\" }}", withQuery: false);

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task And_neither_of_the_first_two_is_too_much(int missing)
    {
        await using var pair = await ConsulPair.StartAsync();
        await using var server = await ServeAsync(pair);
        await using var caller = await CallAsync(pair, string.Join('\n', _rules.Where((_, i) => i != missing)));
        caller.Logs.Expect("HasNone");

        var failure = await Eventually.ReadsAsync(
            "what is missing is told",
            async cancellation => (await Record.ExceptionAsync(() => caller.Http.GetStringAsync("https://orders.service.consul/whoami", cancellation)))?.InnerException as ConnectDialException,
            failure => failure is { Error: ConnectDialError.NoInstances });
        Assert.Contains("service:read", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("node:read", failure.Message, StringComparison.Ordinal);
    }

    private static async Task CallsAsync(Func<string, string> rules, bool withQuery)
    {
        await using var pair = await ConsulPair.StartAsync();
        await using var server = await ServeAsync(pair);
        using var peer = new HttpClient { BaseAddress = new(pair.Server.Address), DefaultRequestHeaders = { { "X-Consul-Token", pair.Server.ManagementToken } } };
        var entry = Assert.Single((await peer.GetFromJsonAsync<JsonArray>("/v1/health/connect/orders"))!);
        using var query = await peer.PostAsJsonAsync("/v1/query", new { Name = "nearest", Service = new { Service = "orders" } }, options: new() { PropertyNamingPolicy = null });
        query.EnsureSuccessStatusCode();
        // Nothing is announced: a denial of any call would fail the test.
        await using var caller = await CallAsync(pair, rules(entry!["Node"]!["Node"]!.GetValue<string>()));

        Assert.EndsWith("/svc/web", await caller.Http.GetStringAsync("https://orders.service.consul/whoami"), StringComparison.Ordinal);
        await using (var stream = await caller.Service.DialAsync(ConnectTarget.Service("orders")))
            Assert.Equal("orders", stream.Peer.Service);
        if (withQuery)
            Assert.EndsWith("/svc/web", await caller.Http.GetStringAsync("https://nearest.query.consul/whoami"), StringComparison.Ordinal);
    }

    private static async Task<MeshApp> ServeAsync(ConsulPair pair)
    {
        var token = await pair.Client.CreateTokenAsync("service \"orders\" { policy = \"write\" }");
        await pair.Server.CreateIntentionAsync("web", "orders", allow: true);
        var app = await MeshApp.StartAsync("orders",
        [
            new("Consul:Address", pair.Client.Address),
            new("Consul:Token", token),
            new("Consul:Service:Name", "orders"),
            new("Consul:Service:Address", "127.0.0.1"),
        ]);
        await app.ReadyAsync();
        await pair.Server.ListsAsync("orders");
        return app;
    }

    private static async Task<Caller> CallAsync(ConsulPair pair, string rules)
    {
        var token = await pair.Client.CreateTokenAsync($"service \"web\" {{ policy = \"write\" }}\n{rules}");
        var logs = new ExpectedLogs();
        logs.Forbid(token);
        var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logs.Provider));
        var service = await ConnectService.StartAsync(
            options =>
            {
                options.Address = pair.Client.Address;
                options.Token = token;
                options.Connect.Service = "web";
            },
            loggers);
        return new(service, new(service.CreateHandler()), loggers, logs);
    }

    private static string[] ReadRules()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var start = text.IndexOf("## Calling other services", StringComparison.Ordinal);
        return [.. Rule().Matches(text[start..text.IndexOf("\n## ", start + 1, StringComparison.Ordinal)]).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("`(\\w+_prefix \"\" \\{ policy = \"read\" \\})`")]
    private static partial Regex Rule();

    private sealed record Caller(ConnectService Service, HttpClient Http, ILoggerFactory Loggers, ExpectedLogs Logs) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await Service.DisposeAsync();
            Loggers.Dispose();
            Logs.Dispose();
        }
    }
}
