using System.Collections.Concurrent;
using ConsulConnect.Configuration;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Client;

/// <summary>An identity that calls, with instances that a test names; disposal fails on any unannounced warning.</summary>
internal sealed class MeshClient : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;

    private MeshClient(IdentityFiles identity, ConnectService service, NamedInstances instances, ExpectedLogs logs, ILoggerFactory loggers) =>
        (Identity, Service, Instances, Logs, _loggers) = (identity, service, instances, logs, loggers);

    public IdentityFiles Identity { get; }

    public ConnectService Service { get; }

    public NamedInstances Instances { get; }

    public ExpectedLogs Logs { get; }

    /// <param name="authority">The mesh's root.</param>
    /// <param name="configure">On top.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="service">Who calls.</param>
    /// <param name="isReady">Whether its certificate must be there first.</param>
    public static async Task<MeshClient> StartAsync(TestCa authority, Action<ConsulConnectOptions>? configure = null, TimeProvider? time = null, string service = "web", bool isReady = true)
    {
        var identity = new IdentityFiles(service, authority);
        var logs = new ExpectedLogs();
        var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logs.Provider));
        var instances = new NamedInstances();
        var read = ConnectConfiguration.Read(null, _ => null, options =>
        {
            var settings = identity.Settings;
            options.Connect.Service = service;
            options.Connect.Authorization.DefaultPolicy = ConnectDefaultPolicy.Allow;
            // The machine may be busy: only tests of the time itself are in a hurry.
            options.Connect.HandshakeTimeout = TimeSpan.FromSeconds(30);
            options.Connect.Certificates = new()
            {
                CertFile = settings["Consul:Connect:Certificates:CertFile"],
                KeyFile = settings["Consul:Connect:Certificates:KeyFile"],
                CaFile = settings["Consul:Connect:Certificates:CaFile"],
            };
            configure?.Invoke(options);
        });
        var client = new MeshClient(identity, new ConnectService(read, time ?? TimeProvider.System, loggers, meters: null, instances), instances, logs, loggers);
        client.Service.Start();
        if (isReady)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await client.Service.WaitUntilReadyAsync(patience.Token);
        }

        return client;
    }

    public HttpClient CreateHttp(string service = "payments", Version? version = null) => new(Service.CreateHandler())
    {
        BaseAddress = new($"https://{service}.service.consul"),
        DefaultRequestVersion = version ?? System.Net.HttpVersion.Version11,
        DefaultVersionPolicy = version is null ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _loggers.Dispose();
        Identity.Dispose();
        Logs.Dispose();
    }
}

/// <summary>A resolver that knows what it is told.</summary>
internal sealed class NamedInstances : IConnectResolver
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<ConnectInstance>> _others = new();
    private volatile IReadOnlyList<ConnectInstance> _all = [];

    /// <summary>Answers in their place, as long as it is set.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<ConnectInstance>>>? Instead { get; set; }

    public void Are(params ConnectInstance[] all) => _all = all;

    /// <summary>Those of one service alone; the others have what they have.</summary>
    public void AreOf(string service, params ConnectInstance[] all) => _others[service] = all;

    public void Are(string service, params int[] ports) => _all = [.. ports.Select(port => At(port, service))];

    public static ConnectInstance At(int port, string service = "payments") => new("127.0.0.1", port, service) { Datacenter = "dc1" };

    public ValueTask<IReadOnlyList<ConnectInstance>> ResolveAsync(ConnectTarget target, CancellationToken cancellationToken) =>
        Instead is { } instead ? new(instead(cancellationToken)) : new(_others.TryGetValue(target.Name, out var its) ? its : _all);
}
