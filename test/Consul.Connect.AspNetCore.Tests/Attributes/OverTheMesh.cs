using System.Net;
using System.Net.WebSockets;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Attributes;

public sealed class OverTheMesh : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task The_caller_of_the_connection_is_judged()
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, await MeshAsync(app, "web", "/named"));
        Assert.Equal(HttpStatusCode.OK, await MeshAsync(app, "web", "/parameter"));
        Assert.Equal(HttpStatusCode.Forbidden, await MeshAsync(app, "intruder", "/named"));
        Assert.Equal(HttpStatusCode.OK, await MeshAsync(app, "intruder", "/parameter"));
    }

    [Fact]
    public async Task Over_HTTP_2_too()
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, await MeshAsync(app, "web", "/named", HttpVersion.Version20));
        Assert.Equal(HttpStatusCode.Forbidden, await MeshAsync(app, "intruder", "/named", HttpVersion.Version20));
    }

    [Fact]
    [Trait("Case", "L7P-062")]
    public async Task Requests_on_another_endpoint_have_no_caller()
    {
        await using var app = await StartAsync();
        using var plain = new HttpClient();

        foreach (var path in (string[])["/named", "/parameter", "/hub/negotiate?negotiateVersion=1"])
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await plain.PostAsync($"http://{app.Local}{path}", null)).StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await plain.PostAsync($"http://{app.Local}/plain", null)).StatusCode);
    }

    [Fact]
    public async Task A_service_passes_the_attribute_and_not_Authorize()
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await MeshAsync(app, "web", "/both"));
        Assert.Equal(HttpStatusCode.Forbidden, await MeshAsync(app, "intruder", "/both"));
    }

    [Fact]
    public async Task A_hub_negotiates_with_named_callers()
    {
        await using var app = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, await MeshAsync(app, "web", "/hub/negotiate?negotiateVersion=1"));
        Assert.Equal(HttpStatusCode.Forbidden, await MeshAsync(app, "intruder", "/hub/negotiate?negotiateVersion=1"));
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("billing", false)]
    public async Task A_hub_knows_the_caller_of_its_connection(string caller, bool runs)
    {
        await using var app = await StartAsync();
        using var client = _identity.Caller(caller).CreateHttpsClient(app.Mesh.Port);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new($"wss://127.0.0.1:{app.Mesh.Port}/hub"), client, default);
        using var hub = await new HubSocket(socket).GreetAsync();

        HubSocket.AssertRan(true, await hub.CallAsync(nameof(GuardedHub.Any)));
        HubSocket.AssertRan(runs, await hub.CallAsync(nameof(GuardedHub.Named)));
        // The hub's end needs the app's services.
        await app.StopAsync();
    }

    private async Task<MeshApp> StartAsync()
    {
        var app = await (await MeshApp.StartAsync("orders", _identity.Settings,
            builder =>
            {
                builder.Services.AddSignalR();
                builder.Services.AddAuthentication("Bearer").AddScheme<AuthenticationSchemeOptions, BearerLike>("Bearer", null);
            },
            app =>
            {
                app.MapPost("/named", () => "in").RequireConnectAuthorization("web");
                app.MapPost("/parameter", (ConnectPeer caller) => caller.Service);
                app.MapPost("/both", [Authorize][ConnectAuthorize("web")] () => "in");
                app.MapPost("/plain", () => "in");
                app.MapHub<GuardedHub>("/hub");
            })).ReadyAsync();
        app.Logs.Expect("No XML encryptor configured").Expect("Using an in-memory repository").Expect("Storing keys in a directory");
        return app;
    }

    private async Task<HttpStatusCode> MeshAsync(MeshApp app, string caller, string path, Version? version = null)
    {
        using var client = (_identity.Caller(caller) with { HttpVersion = version ?? HttpVersion.Version11 }).CreateHttpsClient(app.Mesh.Port);
        using var response = await client.PostAsync(path, null);
        return response.StatusCode;
    }
}
