using System.Net;
using System.Net.Sockets;
using System.Text;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

/// <summary>A listener that answers with bytes, which no HTTP server would send.</summary>
internal sealed class RawAgent : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    /// <param name="answer">Given the connection after one request has been read; it is closed when this returns.</param>
    public RawAgent(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _listener.Start();
        _run = ServeAsync(answer);
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public static Func<NetworkStream, CancellationToken, Task> Bytes(string bytes) => (stream, cancellation) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), cancellation).AsTask();

    public AgentClient Client(TimeProvider? time = null) => new(new() { Address = Address }, time ?? TimeProvider.System, new LogLines());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _run;
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                var request = new byte[8192];
                if (await stream.ReadAsync(request, _stop.Token) > 0)
                    await answer(stream, _stop.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the client hung up.
        }
    }
}
