using System.Net;
using System.Net.Sockets;

namespace ConsulConnect.DevAgent.Hosting;

/// <summary>The loopback port an app's agent takes.</summary>
/// <param name="Port">Free a moment ago.</param>
/// <param name="IsFoundByDefault">It is the one at which every client of Consul looks for an agent.</param>
internal sealed record AgentPlace(int Port, bool IsFoundByDefault)
{
    public const int ConsulsPort = 8500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>A place for a new agent; null: an agent answers at the preferred port, and it is the one to use.</summary>
    public static AgentPlace? Find(int preferredPort)
    {
        // Asked before the port is tried: some systems let a loopback port be taken although all addresses of it are.
        if (IsAgent(preferredPort))
            return null;
        return TryBind(preferredPort) is null ? new(TryBind(0)!.Value, false) : new(preferredPort, true);
    }

    /// <summary>Whether what listens there answers as an agent does. One that cannot serve at the moment, or asks for TLS or a token, is an agent too.</summary>
    public static bool IsAgent(int port)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/v1/status/leader");
            using var answer = http.Send(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static int? TryBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
