using System.Net;
using System.Net.Sockets;

namespace ConsulConnect.TestKit;

/// <summary>Ports the system has just given and taken back, free for TCP and UDP. Another process may be quicker: whoever binds one must be ready to ask again.</summary>
internal static class FreePorts
{
    public static int[] Take(int count)
    {
        var held = new List<Socket>();
        try
        {
            var ports = new List<int>();
            while (ports.Count < count)
            {
                var tcp = Hold(held, SocketType.Stream, ProtocolType.Tcp);
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                var port = ((IPEndPoint)tcp.LocalEndPoint!).Port;
                try
                {
                    Hold(held, SocketType.Dgram, ProtocolType.Udp).Bind(new IPEndPoint(IPAddress.Loopback, port));
                    ports.Add(port);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                }
            }

            return [.. ports];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }

    private static Socket Hold(List<Socket> held, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        held.Add(socket);
        return socket;
    }
}
