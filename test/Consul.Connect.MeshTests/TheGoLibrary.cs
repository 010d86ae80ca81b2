using System.Net;
using System.Net.Sockets;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests;

/// <summary>A program on Consul's own Go library calls: over HTTP by name, and over TCP by address.</summary>
[Collection(Alone.Name)]
public sealed class TheGoLibrary(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private readonly string _service = $"orders-{Guid.NewGuid():n}";

    [SkippableFact]
    public async Task Its_HTTP_client_gets_200_when_allowed_and_an_error_when_denied()
    {
        await using var app = await shared.ServeAsync(_service, null, ("Consul:Service:Name", _service));
        string[] call = ["client", "-name", "web", "-url", $"https://{_service}.service.consul/whoami", "-timeout", "5s"];

        // The catalog knows us a moment after we are ready.
        var (exitCode, output) = await Eventually.ReadsAsync("the Go client is answered", _ => GoPeer.RunAsync(shared.Agent, call), result => result.ExitCode == 0);
        Assert.Contains("200 HTTP/2.0", output, StringComparison.Ordinal);
        Assert.Contains($"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/web", output, StringComparison.Ordinal);

        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        await Attempt.BecomesAsync(served: false, await shared.CallerAsync(), app.Mesh.Port);
        (exitCode, output) = await GoPeer.RunAsync(shared.Agent, call);
        Assert.Equal(1, exitCode);
        Assert.Contains("ERROR", output, StringComparison.Ordinal);
        Assert.DoesNotContain("200 HTTP", output, StringComparison.Ordinal);

        await shared.Agent.CreateIntentionAsync("web", _service, allow: true);
        await Attempt.BecomesAsync(served: true, await shared.CallerAsync(), app.Mesh.Port);
        (exitCode, output) = await GoPeer.RunAsync(shared.Agent, call);
        Assert.True(exitCode == 0, output);
    }

    [SkippableFact]
    public async Task Its_dial_talks_to_an_echo_when_allowed_and_gets_nothing_when_denied()
    {
        using var logs = new ExpectedLogs();
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddExpectedLogs(logs));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = EchoServer.RunAsync(listener, shared.Agent.Address, _service, loggers, stop.Token);
        await logs.WaitForAsync("is in the mesh as");
        string[] dial =
        [
            "dial", "-name", "web", "-addr", listener.LocalEndpoint.ToString()!, "-send", "hello from go", "-timeout", "5s",
            "-uri", $"spiffe://{shared.Authority.TrustDomain}/ns/default/dc/dc1/svc/{_service}",
        ];

        var (exitCode, output) = await GoPeer.RunAsync(shared.Agent, dial);
        Assert.True(exitCode == 0, output);
        Assert.Contains("hello from go", output, StringComparison.Ordinal);

        await shared.Agent.CreateIntentionAsync("web", _service, allow: false);
        await logs.WaitForAsync(entry => entry.Event.Name == "IntentionsChanged" && Equals(entry["Count"], 1));
        (exitCode, output) = await GoPeer.RunAsync(shared.Agent, dial);
        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("hello from go", output, StringComparison.Ordinal);
        await logs.WaitForAsync("ConnectionDenied");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public void The_echo_is_a_program_of_less_than_30_lines() =>
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "test", "Consul.Connect.MeshTests", "Peers", "EchoServer.cs")).Count(), 10, 29);

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
