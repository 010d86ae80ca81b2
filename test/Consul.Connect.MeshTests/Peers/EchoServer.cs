using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>A TCP echo in the mesh: the whole program.</summary>
internal static class EchoServer
{
    public static async Task RunAsync(TcpListener listener, string agent, string name, ILoggerFactory loggers, CancellationToken stop)
    {
        await using var service = await ConnectService.StartAsync(o => (o.Address, o.Connect.Service) = (agent, name), loggers, stop);
        listener.Start();
        while (true)
            _ = ServeAsync(await listener.AcceptTcpClientAsync(stop), service, stop);
    }

    private static async Task ServeAsync(TcpClient client, ConnectService service, CancellationToken stop)
    {
        try
        {
            await using var connection = await service.AuthenticateAsServerAsync(client.GetStream(), stop);
            await connection.Stream.CopyToAsync(connection.Stream, stop);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or ConnectDeniedException or OperationCanceledException) { }
    }
}
