using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>Instances of one service, with a check of each one's port by the agent; and a caller.</summary>
internal sealed class CheckedInstances : IAsyncDisposable
{
    private const string Service = "checked";

    private readonly HttpClient _operator;
    private readonly List<Instance> _all = [];
    private readonly MeshApp _caller;

    private CheckedInstances(HttpClient operatorClient, MeshApp caller) => (_operator, _caller) = (operatorClient, caller);

    public IReadOnlyList<Instance> All => _all;

    public static async Task<CheckedInstances> StartAsync(ConsulDevAgent agent, int count)
    {
        var address = $"{agent.Address}";
        var caller = await (await MeshApp.StartAsync("web", [new("Consul:Address", address)])).ReadyAsync();
        caller.Logs.Expect("Ejected").Expect("Refused");
        var instances = new CheckedInstances(new() { BaseAddress = agent.Address }, caller);
        for (var i = 0; i < count; i++)
        {
            var one = new Instance(address);
            await one.StartAsync();
            instances._all.Add(one);
        }

        foreach (var one in instances._all)
            await one.RegisterAsync(instances._operator);
        await instances.HasAsync(count);
        return instances;
    }

    public HttpClient CreateHttp(Version version) => new(_caller.Service.CreateHandler())
    {
        BaseAddress = new($"https://{Service}.service.consul"),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Completes when the caller knows all of them.</summary>
    public Task AllAnswerAsync(HttpClient http) => Eventually.HoldsAsync("all instances are called", async cancel =>
    {
        await http.GetStringAsync("/", cancel);
        return _all.TrueForAll(one => one.Requests > 0);
    });

    /// <summary>Completes when the agent holds so many of them for healthy.</summary>
    public Task HasAsync(int passing) => Eventually.HoldsAsync($"{passing} instances are healthy", async cancel =>
        (await _operator.GetFromJsonAsync<JsonArray>($"/v1/health/connect/{Service}?passing", cancel))!.Count == passing);

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        foreach (var one in _all)
            await one.DisposeAsync();
        _operator.Dispose();
    }

    internal sealed class Instance(string agent) : IAsyncDisposable
    {
        private MeshApp _app = null!;
        private int _requests;

        public int Requests => Volatile.Read(ref _requests);

        /// <summary>Its connections are reset, and nobody listens any more.</summary>
        public Task KillAsync() => _app.KillAsync();

        /// <summary>Anew, on the port it had before.</summary>
        public async Task StartAsync()
        {
            var port = _app?.Mesh.Port ?? 0;
            if (_app is not null)
                await _app.DisposeAsync();
            _app = await (await MeshApp.StartAsync(
                Service,
                [new("Consul:Address", agent), new("Kestrel:Endpoints:Connect:Url", $"https://127.0.0.1:{port}")],
                map: app => app.Run(context =>
                {
                    Interlocked.Increment(ref _requests);
                    return context.Response.WriteAsync("ok");
                }))).ReadyAsync();
        }

        public async Task RegisterAsync(HttpClient registry)
        {
            var port = _app.Mesh.Port;
            using var answer = await registry.PutAsJsonAsync("/v1/agent/service/register", new
            {
                ID = $"{Service}-{port}",
                Name = Service,
                Address = "127.0.0.1",
                Port = port,
                Connect = new { Native = true },
                Check = new { TCP = $"127.0.0.1:{port}", Interval = "200ms", Timeout = "1s", Status = "passing" },
            });
            answer.EnsureSuccessStatusCode();
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
