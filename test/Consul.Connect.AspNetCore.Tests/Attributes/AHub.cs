using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ConsulConnect.Tests.Attributes;

public sealed class AHub
{
    private const char End = '\u001e';

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

        var completion = await CallAsync(socket, method);

        if (runs)
            Assert.NotEmpty(completion.GetProperty("result").GetString()!);
        else
            Assert.Contains("user is unauthorized", completion.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private static Task<AttributeApp> StartAsync() => AttributeApp.StartAsync(
        app =>
        {
            app.MapHub<GuardedHub>("/guarded");
            app.MapHub<OpenHub>("/open");
        },
        after: services => services.AddSignalR());

    private static async Task<WebSocket> ConnectAsync(AttributeApp app, string path, string? caller)
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            if (caller is not null)
                request.Headers[PlayedCallers.Header] = caller;
        };
        var socket = await client.ConnectAsync(new($"ws://localhost{path}"), default);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        Assert.Equal("{}", await ReceiveAsync(socket));
        return socket;
    }

    private static async Task<JsonElement> CallAsync(WebSocket socket, string method)
    {
        await SendAsync(socket, $$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[]}""");
        while (true)
        {
            // 3 is a completion; pings may come in between.
            var message = JsonDocument.Parse(await ReceiveAsync(socket)).RootElement;
            if (message.GetProperty("type").GetInt32() == 3)
                return message;
        }
    }

    private static async Task SendAsync(WebSocket socket, string message) => await socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, default);

    // The server sends each message in a frame of its own.
    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, received.Count).TrimEnd(End);
    }
}
