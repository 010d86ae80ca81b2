using System.Globalization;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>The example as a process of its own, on ports of the system's choice.</summary>
internal sealed class WebApiProcess(ChildProcess process) : IAsyncDisposable
{
    public ChildProcess Process { get; } = process;

    /// <summary>How many threads it has now.</summary>
    public int Threads => int.Parse(
        File.ReadLines($"/proc/{Process.Id}/status").First(line => line.StartsWith("Threads:", StringComparison.Ordinal))["Threads:".Length..],
        CultureInfo.InvariantCulture);

    public static WebApiProcess Start(ConsulAgent agent, string service, params (string Key, string Value)[] settings) => Start(agent.Address, service, settings);

    /// <param name="agent">The address of an agent.</param>
    public static WebApiProcess Start(string agent, string service, params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] all =
        [
            ("contentRoot", ExampleApp.Folder),
            ("Kestrel:Endpoints:Connect:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Local:Url", "http://127.0.0.1:0"),
            ("Consul:Address", agent),
            ("Consul:Service:Name", service),
            .. settings,
        ];
        return new(ChildProcess.Start(
            Environment.ProcessPath!,
            ["exec", ExampleApp.Assembly, .. all.Select(one => $"--{one.Key}={one.Value}")],
            new Dictionary<string, string?>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                // Many of them share the machine.
                ["DOTNET_gcServer"] = "0",
            }));
    }

    /// <summary>Completes with its start line: it is in the mesh.</summary>
    public Task<string> ReadyAsync() => Process.WaitForLineAsync(line => line.Contains("is in the mesh as", StringComparison.Ordinal));

    /// <summary>SIGTERM, and the time it takes; whatever its exit says counts.</summary>
    public async Task StopAsync()
    {
        await Process.StopAsync();
        Assert.Equal(0, Process.ExitCode);
        await Process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync();
        await Process.DisposeAsync();
    }
}
