using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.DevAgent.Tests.Agent;

public sealed class TheStart
{
    [Fact]
    public async Task It_says_where_it_listens_and_that_it_is_for_development_and_never_a_secret()
    {
        var token = Guid.NewGuid().ToString();
        using var logs = new ExpectedLogs().Forbid(token);
        using var factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs.Provider));
        await using (var agent = await ConsulDevAgent.StartAsync(new() { LoggerFactory = factory, AclDefaultPolicy = "deny", ManagementToken = token }))
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = agent.Address };
            http.DefaultRequestHeaders.Add("X-Consul-Token", token);
            await http.GetStringAsync("/v1/agent/connect/ca/leaf/web");
            await agent.RotateRootAsync();
            var start = await logs.WaitForAsync("Started");
            Assert.Contains(agent.Address.ToString(), start.ToString());
        }

        Assert.All(logs.Entries, entry => Assert.Equal("ConsulConnect.DevAgent (development only)", entry.Category));
    }

    [Fact]
    public async Task It_listens_on_loopback_alone_at_a_free_port_or_the_given_one()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        Assert.Equal("127.0.0.1", agent.Address.Host);
        Assert.NotEqual(0, agent.Address.Port);
        var taken = await Assert.ThrowsAnyAsync<IOException>(() => ConsulDevAgent.StartAsync(new() { Port = agent.Address.Port }));
        Assert.Contains(agent.Address.Port.ToString(null, null), taken.Message);
        await Assert.ThrowsAnyAsync<SocketException>(() => new TcpClient().ConnectAsync(IPAddress.Parse("127.0.0.2"), agent.Address.Port));
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT", "Production"), InlineData("DOTNET_ENVIRONMENT", "production")]
    public void It_is_refused_in_production(string variable, string value)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => DevelopmentOnly.Demand(name => name == variable ? value : null));
        Assert.Contains(variable, refusal.Message);
        DevelopmentOnly.Demand(_ => null);
        DevelopmentOnly.Demand(_ => "Development");
    }

    [Fact]
    public async Task All_faults_of_the_options_are_named_at_once()
    {
        var options = new ConsulDevAgentOptions { Port = -1, DefaultIntentionPolicy = "maybe", LeafLifetime = TimeSpan.Zero, TrustDomain = "example.org", Tokens = { ["secret"] = "service web write" } };
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => ConsulDevAgent.StartAsync(options));
        foreach (var name in new[] { "Port", "DefaultIntentionPolicy", "LeafLifetime", "TrustDomain", "Tokens", "AclDefaultPolicy" })
            Assert.Contains(name, fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
    }

    [Fact]
    public async Task Its_end_cuts_who_waits()
    {
        var agent = await ConsulDevAgent.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = agent.Address };
        var waiting = http.GetStringAsync("/v1/agent/connect/ca/roots?index=9999&wait=600s");
        await http.GetStringAsync("/v1/status/leader");
        await agent.DisposeAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => waiting);
    }
}
