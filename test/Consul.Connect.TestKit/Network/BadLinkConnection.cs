using System.Net;
using System.Net.Sockets;

namespace ConsulConnect.TestKit;

internal sealed class BadLinkConnection(BadLink link, Socket caller, int targetPort, TimeSpan life) : IDisposable
{
    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ending = new(life, TimeProvider.System);

    public void Start() => _ = Task.Run(RunAsync);

    public void Reset()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    public void Dispose()
    {
        caller.Dispose();
        _target.Dispose();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            caller.NoDelay = true;
            await _target.ConnectAsync(IPAddress.Loopback, targetPort, _ending.Token);
            await Task.WhenAll(PumpAsync(caller, _target), PumpAsync(_target, caller));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A close without lingering is a reset.
            caller.LingerState = _target.LingerState = new(true, 0);
        }
        finally
        {
            link.Remove(this);
            Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer.AsMemory(), _ending.Token) is var received and > 0)
                await ForwardAsync(buffer.AsMemory(0, received), to);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            await _ending.CancelAsync();
            throw;
        }
    }

    private async Task ForwardAsync(ReadOnlyMemory<byte> bytes, Socket to)
    {
        while (bytes.Length > 0)
        {
            await link.PassAsync(_ending.Token);
            var (portion, pause) = link.Portion(bytes.Length);
            // Before its bytes, or the last ones would come too soon.
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, TimeProvider.System, _ending.Token);
            await to.SendAsync(bytes[..portion], _ending.Token);
            bytes = bytes[portion..];
        }
    }
}
