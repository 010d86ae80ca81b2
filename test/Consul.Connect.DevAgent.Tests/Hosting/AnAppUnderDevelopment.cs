using System.Net;
using System.Net.Sockets;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.DevAgent.Tests.Hosting;

public sealed class AnAppUnderDevelopment
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    [Fact]
    public async Task Has_an_agent_at_the_free_port_from_its_start_to_its_end()
    {
        var port = FreePort();
        var builder = Create();
        builder.AddConsulDevAgent(port, _ => null).AddConsulDevAgent(port, _ => null);
        Assert.Equal($"http://127.0.0.1:{port}", builder.Configuration["Consul:Address"]);
        Assert.Single(builder.Services, service => service.ServiceType == typeof(IHostedService));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            Assert.Contains("127.0.0.1", await Http.GetStringAsync($"http://127.0.0.1:{port}/v1/status/leader"));
            await host.StopAsync();
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => Http.GetStringAsync($"http://127.0.0.1:{port}/v1/status/leader"));
    }

    [Fact]
    public async Task Has_it_elsewhere_when_the_port_is_taken_by_what_is_no_agent()
    {
        await using var other = await StartOtherAsync();
        var taken = new Uri(other.Urls.Single()).Port;
        using var logs = new ExpectedLogs();
        var builder = Create();
        builder.Logging.AddExpectedLogs(logs);
        builder.AddConsulDevAgent(taken, _ => null);
        var address = builder.Configuration["Consul:Address"];
        Assert.NotEqual($"http://127.0.0.1:{taken}", address);
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Contains("127.0.0.1", await Http.GetStringAsync($"{address}/v1/status/leader"));
        Assert.Contains(logs.Entries, entry => entry.Message == $"CONSUL_HTTP_ADDR={new Uri(address!).Authority}");
        await host.StopAsync();
    }

    [Fact]
    public async Task Uses_the_one_that_another_app_started_meanwhile()
    {
        using var logs = new ExpectedLogs();
        var port = FreePort();
        var builder = Create();
        builder.Logging.AddExpectedLogs(logs);
        builder.AddConsulDevAgent(port, _ => null);
        await using var quicker = await ConsulDevAgent.StartAsync(new() { Port = port });
        using (var host = builder.Build())
        {
            await host.StartAsync();
            Assert.Equal($"http://127.0.0.1:{port}", builder.Configuration["Consul:Address"]);
            Assert.Contains(logs.Entries, entry => entry.Message.StartsWith("A Consul agent has appeared", StringComparison.Ordinal));
            await host.StopAsync();
        }

        Assert.Contains("127.0.0.1", await Http.GetStringAsync($"{quicker.Address}v1/status/leader"));
    }

    [Fact]
    public async Task Has_none_of_its_own_where_one_answers()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        var builder = Create();
        builder.AddConsulDevAgent(agent.Address.Port, _ => null);
        AssertUntouched(builder);
    }

    [Fact]
    public void Has_none_where_the_environment_names_one()
    {
        var builder = Create();
        builder.AddConsulDevAgent(FreePort(), name => name == "CONSUL_HTTP_ADDR" ? "127.0.0.1:1" : null);
        AssertUntouched(builder);
    }

    [Fact]
    public void Has_none_where_its_settings_name_one()
    {
        var builder = Create();
        builder.Configuration["Consul:Address"] = "http://127.0.0.1:1";
        builder.AddConsulDevAgent(FreePort(), _ => null);
        Assert.Equal("http://127.0.0.1:1", builder.Configuration["Consul:Address"]);
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(IHostedService));
    }

    [Theory]
    [InlineData("Production"), InlineData("Staging")]
    public void Has_none_in_another_environment(string environment)
    {
        var builder = Create(environment);
        builder.AddConsulDevAgent(FreePort(), _ => null);
        AssertUntouched(builder);
    }

    [Fact]
    public async Task Has_none_under_a_test_server()
    {
        var port = FreePort();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Development" });
        builder.AddConsulDevAgent(port, _ => null);
        builder.WebHost.UseTestServer();
        await using var app = builder.Build();
        await app.StartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => Http.GetStringAsync($"http://127.0.0.1:{port}/v1/status/leader"));
    }

    private static HostApplicationBuilder Create(string environment = "Development") => Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment });

    private static void AssertUntouched(HostApplicationBuilder builder)
    {
        Assert.Null(builder.Configuration["Consul:Address"]);
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(IHostedService));
    }

    private static async Task<WebApplication> StartOtherAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(http =>
        {
            http.Response.StatusCode = (int)HttpStatusCode.NotFound;
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
