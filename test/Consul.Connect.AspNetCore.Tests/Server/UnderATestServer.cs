using System.Net;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Tests.Server;

public sealed class UnderATestServer
{
    [Fact]
    public async Task An_app_starts_unchanged_and_asks_no_agent()
    {
        using var logs = new ExpectedLogs();
        await using var app = await StartAsync(logs, _ => { });

        Assert.Equal("nobody", await app.GetTestClient().GetStringAsync("/"));
        await logs.WaitForAsync("UnderTestServer");
        Assert.DoesNotContain(logs.Entries, entry => entry.Message.Contains("agent at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_test_plays_a_caller_by_setting_the_feature()
    {
        using var logs = new ExpectedLogs();
        await using var app = await StartAsync(logs, app => app.Use((context, next) =>
        {
            context.Features.Set<IConnectPeerFeature>(new Played(ConnectPeer.Create("web")));
            return next(context);
        }));

        Assert.Equal("web", await app.GetTestClient().GetStringAsync("/"));
    }

    [Fact]
    public async Task The_example_starts_in_a_factory()
    {
        await using var factory = new WebApplicationFactory<Program>();
        using var client = factory.CreateClient();

        Assert.Equal("ok", await client.GetStringAsync("/health"));
        foreach (var path in (string[])["/whoami", "/api/orders", "/api/orders/1", "/admin/stats", "/stream", "/ws"])
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await client.GetAsync(path)).StatusCode));
    }

    private static async Task<WebApplication> StartAsync(ExpectedLogs logs, Action<WebApplication> use)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Consul:Service:Name", "orders"), new("Consul:Address", "http://127.0.0.1:1")]);
        builder.Logging.AddExpectedLogs(logs);
        builder.WebHost.UseConsulConnect().UseTestServer();
        var app = builder.Build();
        use(app);
        app.MapGet("/", (ConnectPeer? caller) => caller?.Service ?? "nobody");
        await app.StartAsync();
        return app;
    }

    private sealed record Played(ConnectPeer Peer) : IConnectPeerFeature;
}
