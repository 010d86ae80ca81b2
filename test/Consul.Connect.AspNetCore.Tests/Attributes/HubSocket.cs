using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ConsulConnect.Tests.Attributes;

/// <summary>A client of a hub, as far as a test needs one: SignalR's JSON protocol over a WebSocket.</summary>
internal sealed class HubSocket(WebSocket socket) : IDisposable
{
    /// <summary>What ends each message.</summary>
    public const char End = '\u001e';
    public const string Handshake = """{"protocol":"json","version":1}""";
    private const int Completion = 3;

    public async Task<HubSocket> GreetAsync()
    {
        await SendAsync(Handshake);
        Assert.Equal("{}", await ReceiveAsync());
        return this;
    }

    /// <summary>The completion of the call: with a result, or an error.</summary>
    public async Task<JsonElement> CallAsync(string method)
    {
        await SendAsync(Invocation(method));
        while (true)
        {
            // Pings may come in between.
            var message = JsonDocument.Parse(await ReceiveAsync()).RootElement;
            if (message.GetProperty("type").GetInt32() == Completion)
                return message;
        }
    }

    public static string Invocation(string method) => $$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[]}""";

    public static void AssertRan(bool ran, JsonElement completion)
    {
        if (ran)
            Assert.NotEmpty(completion.GetProperty("result").GetString()!);
        else
            Assert.Contains("user is unauthorized", completion.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => socket.Dispose();

    private async Task SendAsync(string message) => await socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, default);

    // The server sends each message in a frame of its own.
    private async Task<string> ReceiveAsync()
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, received.Count).TrimEnd(End);
    }
}
