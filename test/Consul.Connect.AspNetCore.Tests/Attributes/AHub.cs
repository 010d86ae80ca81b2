using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Attributes;

public sealed class AHub
{
    [Theory]
    [InlineData("web", HttpStatusCode.OK)]
    [InlineData("billing", HttpStatusCode.OK)]
    [InlineData("intruder", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Judges_who_negotiates(string? caller, HttpStatusCode status)
    {
        await using var app = await StartAsync();
        using var client = app.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/guarded/negotiate?negotiateVersion=1");
        if (caller is not null)
            request.Headers.Add(PlayedCallers.Header, caller);

        Assert.Equal(status, (await client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("intruder", "403")]
    [InlineData(null, "401")]
    public async Task Judges_who_connects(string? caller, string status)
    {
        await using var app = await StartAsync();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => ConnectAsync(app, "/guarded", caller));

        Assert.Contains(status, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/guarded", "Any", "billing", true)]
    [InlineData("/guarded", "Named", "web", true)]
    [InlineData("/guarded", "Named", "billing", false)]
    [InlineData("/open", "Any", null, true)]
    [InlineData("/open", "Mesh", "intruder", true)]
    [InlineData("/open", "Mesh", null, false)]
    [InlineData("/open", "Named", "web", true)]
    [InlineData("/open", "Named", "billing", false)]
    [InlineData("/open", "Named", null, false)]
    public async Task Judges_each_call_of_a_method(string hub, string method, string? caller, bool runs)
    {
        await using var app = await StartAsync();
        using var socket = await ConnectAsync(app, hub, caller);

        HubSocket.AssertRan(runs, await socket.CallAsync(method));
    }

    [Theory]
    [InlineData("Any", true)]
    [InlineData("Mesh", false)]
    public async Task Refuses_calls_of_annotated_methods_by_long_polling_which_has_no_connection_to_a_caller(string method, bool runs)
    {
        await using var app = await StartAsync();
        using var client = app.Server.CreateClient();
        client.DefaultRequestHeaders.Add(PlayedCallers.Header, "web");
        var negotiated = JsonDocument.Parse(await (await client.PostAsync("/open/negotiate?negotiateVersion=1", null)).Content.ReadAsStringAsync()).RootElement;
        var connection = $"/open?id={negotiated.GetProperty("connectionToken").GetString()}";
        Assert.Equal("", await client.GetStringAsync(connection));

        await client.PostAsync(connection, new StringContent(HubSocket.Handshake + HubSocket.End));
        Assert.Equal($"{{}}{HubSocket.End}", await client.GetStringAsync(connection));
        await client.PostAsync(connection, new StringContent(HubSocket.Invocation(method) + HubSocket.End));

        HubSocket.AssertRan(runs, JsonDocument.Parse((await client.GetStringAsync(connection)).TrimEnd(HubSocket.End)).RootElement);
    }

    [Fact]
    public async Task Refuses_calls_whatever_a_handler_of_the_app_lets_pass()
    {
        await using var app = await StartAsync(services => services.AddSingleton<IAuthorizationHandler, PassEverything>());
        using var socket = await ConnectAsync(app, "/open", "billing");

        HubSocket.AssertRan(false, await socket.CallAsync(nameof(OpenHub.Named)));
    }

    private static Task<AttributeApp> StartAsync(Action<IServiceCollection>? configure = null) => AttributeApp.StartAsync(
        app =>
        {
            app.MapHub<GuardedHub>("/guarded");
            app.MapHub<OpenHub>("/open");
        },
        after: services =>
        {
            services.AddSignalR();
            configure?.Invoke(services);
        });

    private static async Task<HubSocket> ConnectAsync(AttributeApp app, string path, string? caller)
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            if (caller is not null)
                request.Headers[PlayedCallers.Header] = caller;
        };
        return await new HubSocket(await client.ConnectAsync(new($"ws://localhost{path}"), default)).GreetAsync();
    }
}
