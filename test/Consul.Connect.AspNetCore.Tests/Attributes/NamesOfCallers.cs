using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ConsulConnect.Tests.Attributes;

public sealed class NamesOfCallers
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("web ")]
    [InlineData("*")]
    [InlineData("team/*")]
    [InlineData("/web")]
    [InlineData("team/")]
    [InlineData("one/team/web")]
    [InlineData(null)]
    public void That_name_nobody_are_refused_with_the_form_to_write(string? name)
    {
        var fault = Assert.Throws<ArgumentException>(() => new ConnectAuthorizeAttribute("billing", name!));

        Assert.Contains($"\"{name}\" names no service", fault.Message, StringComparison.Ordinal);
        Assert.Contains("\"namespace/billing\"", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TestEndpoints().RequireConnectAuthorization(name!));
    }

    [Theory]
    [InlineData("web", "web", HttpStatusCode.OK)]
    [InlineData("web", "Web", HttpStatusCode.Forbidden)]
    [InlineData("web", "team/web", HttpStatusCode.Forbidden)]
    [InlineData("default/web", "web", HttpStatusCode.OK)]
    [InlineData("team/web", "team/web", HttpStatusCode.OK)]
    [InlineData("team/web", "Team/web", HttpStatusCode.Forbidden)]
    [InlineData("team/web", "web", HttpStatusCode.Forbidden)]
    [InlineData("team/web", "other/web", HttpStatusCode.Forbidden)]
    public async Task Mean_one_service_of_one_namespace(string name, string caller, HttpStatusCode status)
    {
        await using var app = await AttributeApp.StartAsync(app => app.MapGet("/", () => "in").RequireConnectAuthorization(name));

        Assert.Equal(status, await app.StatusAsync("/", caller));
    }

    [Theory]
    [InlineData("default", "default", true)]
    [InlineData("team", "team", true)]
    [InlineData("team", "default", false)]
    [InlineData("default", "team", false)]
    public void Mean_services_of_our_own_partition(string ours, string theirs, bool admitted)
    {
        var caller = new ConnectPeer("spiffe://test.consul", "test.consul", theirs, "default", "dc1", "web", "00", DateTimeOffset.MaxValue);

        Assert.Equal(admitted, new ConnectAuthorizeAttribute("web").Admits(caller, ours));
        Assert.True(new ConnectAuthorizeAttribute().Admits(caller, ours));
    }

    [Fact]
    public void Are_kept_apart_from_the_array_they_came_in()
    {
        string[] names = ["web"];
        var attribute = new ConnectAuthorizeAttribute(names);
        names[0] = "intruder";

        Assert.Equal(["web"], attribute.Services);
        Assert.True(attribute.Admits(ConnectPeer.Create("web"), "default"));
    }

    private sealed class TestEndpoints : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) => convention(new RouteEndpointBuilder(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/"), 0));
    }
}
