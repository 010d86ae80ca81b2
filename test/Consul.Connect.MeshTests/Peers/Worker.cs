using ConsulConnect.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>A host without Kestrel that only calls. Disposal fails on any unannounced warning.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly IHost _host;

    private Worker(IHost host, ExpectedLogs logs) => (_host, Logs) = (host, logs);

    public ExpectedLogs Logs { get; }

    public ConnectService Service => _host.Services.GetRequiredService<ConnectService>();

    public static Task<Worker> StartAsync(ConsulAgent agent, string service = "web", params (string Key, string? Value)[] settings) =>
        StartAsync(agent.Address, service, [("Consul:Token", agent.ManagementToken), .. settings]);

    /// <param name="agent">The address of an agent.</param>
    public static async Task<Worker> StartAsync(string agent, string service = "web", params (string Key, string? Value)[] settings)
    {
        var logs = new ExpectedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("Consul:Address", agent), new("Consul:Connect:Service", service)]);
        // The machine may be busy, and no test of a worker is about the time of a dial.
        builder.Configuration["Consul:Connect:HandshakeTimeout"] = "00:00:30";
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddExpectedLogs(logs);
        builder.Services.AddHttpClient("mesh").AddConsulConnect();
        var host = builder.Build();
        await host.StartAsync();
        return new(host, logs);
    }

    /// <summary>A client of the factory, which calls nobody but the mesh.</summary>
    /// <param name="host">The address it calls, such as <c>payments.service.consul</c>.</param>
    /// <param name="version">Exactly this; null: what the upstream speaks.</param>
    public HttpClient CreateHttp(string host, string? version = null)
    {
        var http = _host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("mesh");
        http.BaseAddress = new($"https://{host}");
        if (version is not null)
            (http.DefaultRequestVersion, http.DefaultVersionPolicy) = (new(version), HttpVersionPolicy.RequestVersionExact);
        return http;
    }

    /// <summary>Waits until it knows so many instances of a service.</summary>
    public Task KnowsAsync(string service, int instances = 1) => Eventually.HoldsAsync(
        $"the worker knows {instances} of {service}",
        async ending => (await Service.Resolver.ResolveAsync(ConnectTarget.Service(service), ending)).Count == instances);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Logs.Dispose();
    }
}
