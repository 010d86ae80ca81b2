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
    public static async Task<PeerServer> ServeAsync() => await PeerServer.StartAsync(await FindAsync(), ["serve"]);

    internal static ProvisionedProgram Program() => new("grpc-peer", "GRPC_PEER_BINARY", "test/tools/grpc-peer/install-grpc-peer.sh");
}
