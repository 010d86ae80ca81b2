using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.MeshTests.Traffic;

/// <summary>Instances of one service, each behind a link that can be cut, with a check of its port by the agent; and a caller.</summary>
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
            instances._all.Add(await Instance.StartAsync(address));
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

    internal sealed class Instance : IAsyncDisposable
    {
        private MeshApp _app = null!;
        private BadLink _link = null!;
        private int _requests;

        public int Requests => Volatile.Read(ref _requests);

        public static async Task<Instance> StartAsync(string agent)
        {
            var instance = new Instance();
            instance._app = await (await MeshApp.StartAsync(Service, [new("Consul:Address", agent)], map: app => app.Run(context =>
            {
                Interlocked.Increment(ref instance._requests);
                return context.Response.WriteAsync("ok");
            }))).ReadyAsync();
            instance._link = new(instance._app.Mesh.Port);
            return instance;
        }

        /// <summary>As its callers see it: connections are reset, and nobody listens any more.</summary>
        public void Kill()
        {
            _link.Refuse();
            _link.Cut();
        }

        public void Start() => _link.Accept();

        public async Task RegisterAsync(HttpClient agent)
        {
            var port = _link.Port;
            using var answer = await agent.PutAsJsonAsync("/v1/agent/service/register", new
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

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            await _link.DisposeAsync();
        }
    }
}
