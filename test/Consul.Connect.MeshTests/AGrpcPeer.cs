using System.Buffers.Binary;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.MeshTests;

/// <summary>A gRPC client behind <c>consul connect proxy</c> calls a unary method, of which permissions allow one.</summary>
public sealed class AGrpcPeer
{
    [SkippableFact]
    public async Task Is_answered_where_a_permission_allows_the_method_and_told_status_7_where_one_denies_it()
    {
        var consul = await RealConsul.FindAsync();
        await GrpcPeer.FindAsync();
        await using var agent = await ConsulDevAgent.StartAsync(new() { DefaultIntentionPolicy = "deny" });
        agent.SetIntentions("echo", IntentionSource.WithPermissions("web",
            new IntentionRule(IntentionAction.Deny) { PathExact = "/echo.Echo/Shout" },
            new IntentionRule(IntentionAction.Allow) { PathPrefix = "/echo.Echo/" }));
        await using var app = await (await MeshApp.StartAsync("echo", Settings(agent), map: Map)).ReadyAsync();
        var port = FreePorts.Take(1)[0];
        await using var proxy = ChildProcess.Start(consul.Path, ["connect", "proxy", "-service", "web", "-upstream", $"echo:127.0.0.1:{port}"], new Dictionary<string, string?> { ["CONSUL_HTTP_ADDR"] = agent.Address.Authority });
        await proxy.WaitForLineAsync(line => line.Contains("ready to serve", StringComparison.Ordinal));

        await Eventually.ReadsAsync("the method answers", _ => GrpcPeer.CallAsync(port, "/echo.Echo/Say", "hello"), said => said == "OK hello");

        var denied = await GrpcPeer.CallAsync(port, "/echo.Echo/Shout", "hello");
        Assert.StartsWith("STATUS 7 PERMISSION_DENIED", denied, StringComparison.Ordinal);
        Assert.DoesNotContain("Shout", denied, StringComparison.Ordinal);

        // What no permission is about falls to the default policy.
        Assert.StartsWith("STATUS 7 PERMISSION_DENIED", await GrpcPeer.CallAsync(port, "/other.Echo/Say", "hello"), StringComparison.Ordinal);
        Assert.Equal("OK again", await GrpcPeer.CallAsync(port, "/echo.Echo/Say", "again"));
    }

    // In the catalog, since the proxy asks it for each connection.
    private static Dictionary<string, string?> Settings(ConsulDevAgent agent) => new()
    {
        ["Consul:Address"] = agent.Address.ToString(),
        ["Consul:Service:Name"] = "echo",
    };

    private static void Map(WebApplication app)
    {
        app.MapPost("/echo.Echo/Say", EchoAsync);
        app.MapPost("/echo.Echo/Shout", EchoAsync);
        app.MapPost("/other.Echo/Say", EchoAsync);
    }

    // A message is framed by a zero byte, for not compressed, and its length.
    private static async Task EchoAsync(HttpContext context)
    {
        var head = new byte[5];
        await context.Request.Body.ReadExactlyAsync(head);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await context.Request.Body.ReadExactlyAsync(message);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(head);
        await context.Response.Body.WriteAsync(message);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
