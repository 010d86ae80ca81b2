namespace ConsulConnect.TestKit;

/// <summary>A mesh peer on Consul's own Go library: <c>test/tools/go-peer</c>, or the one <c>GO_PEER_BINARY</c> names.</summary>
public static class GoPeer
{
    private static readonly Lazy<Task<string>> Found = new(() => Program().FindAsync());

    /// <summary>The program. Skips the test (in CI: fails it) when there is none; so the test is a <c>[SkippableFact]</c>.</summary>
    public static Task<string> FindAsync() => Found.Value;

    /// <summary>Runs the peer to its end: <c>client</c> and <c>dial</c> exit with 0 only if all answers came.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(ConsulAgent agent, params string[] arguments) =>
        await ChildProcess.RunAsync(await FindAsync(), arguments, Environment(agent));

    /// <summary>The same with any agent that speaks Consul's HTTP API.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(Uri agent, params string[] arguments) =>
        await ChildProcess.RunAsync(await FindAsync(), arguments, Environment(agent));

    /// <summary>Starts a peer that serves (<c>server</c>, <c>tcpecho</c>) and waits until it does.</summary>
    public static Task<PeerServer> ServeAsync(ConsulAgent agent, params string[] arguments) => ServeAsync(Environment(agent), arguments);

    /// <summary>The same with any agent that speaks Consul's HTTP API.</summary>
    public static Task<PeerServer> ServeAsync(Uri agent, params string[] arguments) => ServeAsync(Environment(agent), arguments);

    private static async Task<PeerServer> ServeAsync(IReadOnlyDictionary<string, string?> environment, string[] arguments) =>
        await PeerServer.StartAsync(await FindAsync(), arguments, environment);

    internal static ProvisionedProgram Program() => new("go-peer", "GO_PEER_BINARY", "test/tools/go-peer/build-go-peer.sh");

    // Consul's Go client takes an address without a path.
    private static Dictionary<string, string?> Environment(Uri agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return new() { ["CONSUL_HTTP_ADDR"] = agent.Authority, ["CONSUL_HTTP_TOKEN"] = null };
    }

    private static IReadOnlyDictionary<string, string?> Environment(ConsulAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return agent.CliEnvironment;
    }
}
