using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ConsulConnect.DevAgent.Tests.Samples;

public sealed class UnderTestServer(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task The_caller_is_named_by_the_test()
    {
        var context = await factory.Server.SendAsync(request =>
        {
            request.Features.Set<IConnectPeerFeature>(new Caller(ConnectPeer.Create("web")));
            request.Request.Path = "/whoami";
        });

        Assert.Equal((int)HttpStatusCode.OK, context.Response.StatusCode);
        Assert.Contains("\"service\":\"web\"", await new StreamReader(context.Response.Body).ReadToEndAsync());
    }

    private sealed record Caller(ConnectPeer Peer) : IConnectPeerFeature;
}
