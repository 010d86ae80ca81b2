using System.Globalization;

namespace ConsulConnect.TestKit;

/// <summary>A server that is not ours, as a process of its own.</summary>
public sealed class PeerServer : IAsyncDisposable
{
    private PeerServer(ChildProcess process, int port) => (Process, Port) = (process, port);

    public ChildProcess Process { get; }

    public int Port { get; }

    /// <summary>Stops it in a way that lets it deregister.</summary>
    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync();
        await Process.DisposeAsync();
    }

    /// <summary>Starts it and waits until it says <c>READY</c> and its address.</summary>
    internal static async Task<PeerServer> StartAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var process = ChildProcess.Start(program, arguments, environment);
        try
        {
            var ready = await process.WaitForLineAsync(line => line.StartsWith("READY ", StringComparison.Ordinal));
            return new(process, int.Parse(ready[(ready.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
