using System.Net;
using System.Net.Sockets;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Checks;

/// <summary>Opens a connection and closes it.</summary>
internal static class TcpProbe
{
    public static async Task<(string Status, string Output)> AskAsync(CheckDefinition check, CancellationToken cancel)
    {
        var (host, port) = Loopback.Split(check.Tcp);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, cancel);
            return (CheckStatus.Passing, $"TCP connect {check.Tcp}: Success");
        }
        catch (SocketException e)
        {
            return (CheckStatus.Critical, Describe(check.Tcp, e));
        }
        catch (OperationCanceledException)
        {
            return (CheckStatus.Critical, $"dial tcp {check.Tcp}: i/o timeout");
        }
    }

    /// <summary>In the words of Go's dialer.</summary>
    public static string Describe(string address, SocketException e) =>
        $"dial tcp {(address.StartsWith("localhost:", StringComparison.Ordinal) ? IPAddress.Loopback + address["localhost".Length..] : address)}: {(e.SocketErrorCode == SocketError.ConnectionRefused ? "connect: connection refused" : e.Message)}";
}
