using System.Text.Json.Nodes;
using ConsulConnect.DevAgent;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Peers;

/// <summary>A real agent or ours: what holds for the one holds for the other.</summary>
internal sealed class AnyAgent : IAsyncDisposable
{
    private readonly IAsyncDisposable _agent;

    private AnyAgent(IAsyncDisposable agent, string address)
    {
        _agent = agent;
        Address = address;
        Http = new() { BaseAddress = new(address) };
    }

    public string Address { get; }

    public HttpClient Http { get; }

    /// <param name="kind">real or dev.</param>
    public static async Task<AnyAgent> StartAsync(string kind)
    {
        if (kind == "real")
        {
            var real = await ConsulAgent.StartAsync();
            return new(real, real.Address);
        }

        var dev = await ConsulDevAgent.StartAsync();
        return new(dev, $"{dev.Address}");
    }

    /// <summary>The state of the only instance that callers find: passing, warning or critical; null: there is none.</summary>
    public async Task<string?> StatusAsync(string service, CancellationToken cancellationToken = default)
    {
        var entries = JsonNode.Parse(await Http.GetStringAsync($"/v1/health/connect/{service}", cancellationToken))!.AsArray();
        if (entries.Count == 0)
            return null;
        var states = entries.Single()!["Checks"]!.AsArray().Select(check => check!["Status"]!.GetValue<string>()).ToList();
        return states.Contains("critical") ? "critical" : states.Contains("warning") ? "warning" : "passing";
    }

    /// <summary>Completes when it is in this state.</summary>
    public Task IsAsync(string service, string? status) =>
        Eventually.HoldsAsync($"{service} is {status ?? "not in the catalog"}", async ending => await StatusAsync(service, ending) == status);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _agent.DisposeAsync();
    }
}
