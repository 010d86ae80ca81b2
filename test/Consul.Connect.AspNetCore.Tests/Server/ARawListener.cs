using System.Net;
using System.Net.Security;
using System.Text;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;

namespace ConsulConnect.Tests.Server;

public sealed class ARawListener : IDisposable
{
    private readonly IdentityFiles _identity = new("orders");

    public void Dispose() => _identity.Dispose();

    [Fact]
    public async Task Lets_the_server_speak_first_and_shows_it_the_caller()
    {
        await using var app = await StartAsync("Allow");
        await using var tls = await (_identity.Caller() with { Alpn = [SslApplicationProtocol.Http2] }).OpenTlsAsync(app.Mesh.Port);

        Assert.Equal("hello web", await new StreamReader(tls).ReadLineAsync());
        Assert.Equal(default, tls.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task Closes_on_a_caller_that_is_denied()
    {
        await using var app = await StartAsync("Deny");
        await using var tls = await _identity.Caller().OpenTlsAsync(app.Mesh.Port);

        Assert.Null(await new StreamReader(tls).ReadLineAsync());
        await app.Logs.WaitForAsync("ConnectionDenied");
    }

    private async Task<MeshApp> StartAsync(string policy) => await (await MeshApp.StartAsync("orders",
        [.. _identity.Settings, new("Consul:Connect:Authorization:DefaultPolicy", policy)],
        builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseConsulConnect(c => c.Raw = true).UseConnectionHandler<Greeting>())),
        endpoints: false)).ReadyAsync();

    private sealed class Greeting : ConnectionHandler
    {
        public override async Task OnConnectedAsync(ConnectionContext connection)
        {
            var caller = connection.Features.Get<IConnectPeerFeature>()!.Peer;
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"hello {caller.Service}\n"));
        }
    }
}
