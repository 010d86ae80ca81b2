using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsulConnect.Tests.Attributes;

public sealed class NothingAuthorizes
{
    [Theory]
    [InlineData("web")]
    [InlineData(null)]
    public async Task Without_UseAuthorization_the_endpoint_fails_loudly(string? caller)
    {
        var ran = false;
        using var host = await StartAsync(routes => routes.MapGet("/", [ConnectAuthorize] () => ran = true));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StatusAsync(host, caller));

        Assert.Contains("UseAuthorization", fault.Message, StringComparison.Ordinal);
        Assert.False(ran);
    }

    [Theory]
    [InlineData("web")]
    [InlineData(null)]
    public async Task A_short_circuited_endpoint_fails_loudly(string? caller)
    {
        var ran = false;
        await using var app = await AttributeApp.StartAsync(app => app.MapGet("/", () => ran = true).RequireConnectAuthorization().ShortCircuit());

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StatusAsync("/", caller));

        Assert.Contains("short circuit", fault.Message, StringComparison.Ordinal);
        Assert.False(ran);
    }

    [Theory]
    [InlineData("web", HttpStatusCode.OK)]
    [InlineData("intruder", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task With_ASPNETs_check_switched_off_the_endpoint_judges_by_itself(string? caller, HttpStatusCode status)
    {
        var runs = 0;
        using var host = await StartAsync(
            routes => routes.MapGet("/", [ConnectAuthorize("web")] () => ++runs),
            routing => routing.SuppressCheckForUnhandledSecurityMetadata = true);

        Assert.Equal(status, await StatusAsync(host, caller));
        Assert.Equal(status, await StatusAsync(host, caller));
        Assert.Equal(status is HttpStatusCode.OK ? 2 : 0, runs);
    }

    [Fact]
    public async Task With_ASPNETs_check_switched_off_a_short_circuited_endpoint_judges_by_itself()
    {
        var ran = false;
        await using var app = await AttributeApp.StartAsync(
            app => app.MapGet("/", () => ran = true).RequireConnectAuthorization("web").ShortCircuit(),
            after: services => services.Configure<RouteOptions>(routing => routing.SuppressCheckForUnhandledSecurityMetadata = true));

        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.Forbidden, await app.StatusAsync("/", "intruder"));
        Assert.False(ran);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/", "web"));
    }

    [Fact]
    public async Task With_ASPNETs_check_switched_off_AllowAnonymous_and_plain_endpoints_stay_open()
    {
        using var host = await StartAsync(
            routes =>
            {
                routes.MapGet("/", [AllowAnonymous][ConnectAuthorize("web")] () => "in");
                routes.MapGet("/plain", () => "in");
            },
            routing => routing.SuppressCheckForUnhandledSecurityMetadata = true);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, null));
        Assert.Equal(HttpStatusCode.OK, (await host.GetTestClient().GetAsync("/plain")).StatusCode);
    }

    // WebApplication would add the middleware by itself.
    private static async Task<IHost> StartAsync(Action<IEndpointRouteBuilder> map, Action<RouteOptions>? routing = null)
    {
        var builder = new HostBuilder().ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection([new("Consul:Service:Name", "orders")]));
        builder.ConfigureWebHost(web => web.UseConsulConnect().UseTestServer()
            .ConfigureServices(services => services.AddTransient<IStartupFilter, PlayedCallers>().AddRouting().Configure<RouteOptions>(options => routing?.Invoke(options)))
            .Configure(app => app.UseRouting().UseEndpoints(map)));
        return await builder.StartAsync();
    }

    private static async Task<HttpStatusCode> StatusAsync(IHost host, string? caller)
    {
        using var client = host.GetTestClient();
        if (caller is not null)
            client.DefaultRequestHeaders.Add(PlayedCallers.Header, caller);
        using var response = await client.GetAsync("/");
        return response.StatusCode;
    }
}
