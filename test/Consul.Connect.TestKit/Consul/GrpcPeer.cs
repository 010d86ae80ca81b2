using System.Globalization;

namespace ConsulConnect.TestKit;

/// <summary>A gRPC client and server that are not ours: Debian's grpcio behind <c>test/tools/grpc-peer</c>, or the program <c>GRPC_PEER_BINARY</c> names.</summary>
public static class GrpcPeer
{
    private static readonly Lazy<Task<string>> Found = new(() => Program().FindAsync());

    /// <summary>The program. Skips the test (in CI: fails it) when there is none; so the test is a <c>[SkippableFact]</c>.</summary>
    public static Task<string> FindAsync() => Found.Value;

    /// <summary>One unary call over plain HTTP/2: <c>OK</c> and the text of the answer, or <c>STATUS</c>, its number, name and details.</summary>
    /// <param name="port">On loopback, where a sidecar's upstream listens.</param>
    /// <param name="method">Such as <c>/echo.Echo/Say</c>.</param>
    /// <param name="text">The message, as its bytes.</param>
    public static async Task<string> CallAsync(int port, string method, string text)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(await FindAsync(), ["call", $"127.0.0.1:{port}", method, text]);
        return exitCode == 0 ? output : throw new InvalidOperationException($"grpc-peer: exit code {exitCode}, {output}");
    }

    /// <summary>Starts a server on loopback, without TLS, and waits until it serves <c>/echo.Echo/Say</c>, <c>/Count</c> and <c>/Fail</c>.</summary>
    public static async Task<GrpcPeerServer> ServeAsync()
    {
        var process = ChildProcess.Start(await FindAsync(), ["serve"]);
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

    internal static ProvisionedProgram Program() => new("grpc-peer", "GRPC_PEER_BINARY", "test/tools/grpc-peer/install-grpc-peer.sh");
}

/// <summary>A gRPC server that is not ours.</summary>
public sealed class GrpcPeerServer(ChildProcess process, int port) : IAsyncDisposable
{
    public ChildProcess Process { get; } = process;

    public int Port { get; } = port;

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
