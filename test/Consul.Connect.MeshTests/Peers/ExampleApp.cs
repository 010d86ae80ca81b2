using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>examples/WebApi as its user starts it: a process of its own, with its own settings; only ports and agent come from variables.</summary>
internal sealed class ExampleApp : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly ChildProcess _process;

    private ExampleApp(ChildProcess process, int mesh, int local) => (_process, Mesh, Local) = (process, mesh, local);

    /// <summary>Where its settings are.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "examples", "WebApi");

    /// <summary>The program, built as these tests are: <c>bin/Debug/net10.0</c>.</summary>
    public static string Assembly { get; } = Built(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The port of the mesh.</summary>
    public int Mesh { get; }

    /// <summary>The plain local port.</summary>
    public int Local { get; }

    /// <summary>What it has logged on the console.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it, and returns when it says that it is in the mesh.</summary>
    public static async Task<ExampleApp> StartAsync(string agentAddress)
    {
        var process = ChildProcess.Start(Environment.ProcessPath!, ["exec", Assembly], new Dictionary<string, string?>
        {
            ["ASPNETCORE_CONTENTROOT"] = Folder,
            ["Kestrel__Endpoints__Connect__Url"] = "https://127.0.0.1:0",
            ["Kestrel__Endpoints__Local__Url"] = "http://127.0.0.1:0",
            ["CONSUL_HTTP_ADDR"] = agentAddress,
        });
        try
        {
            var mesh = await PortAsync(process, "https");
            var local = await PortAsync(process, "http");
            await process.WaitForLineAsync(line => line.Contains("is in the mesh as", StringComparison.Ordinal));
            return new(process, mesh, local);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    public Task StopAsync() => _process.StopAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Built(DirectoryInfo framework) => Path.Combine(Folder, "bin", framework.Parent!.Name, framework.Name, "WebApi.dll");

    private static async Task<int> PortAsync(ChildProcess process, string scheme)
    {
        var line = await process.WaitForLineAsync(line => line.Contains($"{Listening}{scheme}://", StringComparison.Ordinal));
        return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]).Port;
    }
}
