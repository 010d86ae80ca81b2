using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Agent;

/// <summary>As a client agent that dies and returns: what its servers have stays.</summary>
public sealed class ARestart : IAsyncLifetime, IDisposable
{
    private ConsulDevAgent _agent = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _agent = await ConsulDevAgent.StartAsync();
        _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _agent.Address };
        using var registered = await _http.PutAsJsonAsync("/v1/agent/service/register", new { Name = "orders", Port = 8443, Check = new { TTL = "30s", Status = "passing" } });
        using var check = await _http.PutAsJsonAsync("/v1/agent/check/register", new { Name = "disk", TTL = "30s" });
        Assert.True(registered.IsSuccessStatusCode && check.IsSuccessStatusCode);
        _agent.Deny("web", "orders");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keeps_the_mesh_and_forgets_what_was_registered_only_when_told(bool forgets)
    {
        var (address, roots) = (_agent.Address, await ReadAsync("/v1/agent/connect/ca/roots"));
        await _agent.RestartAsync(forgets);

        Assert.Equal(address, _agent.Address);
        Assert.Equal(roots["Roots"]![0]!["ID"]!.GetValue<string>(), (await ReadAsync("/v1/agent/connect/ca/roots"))["Roots"]![0]!["ID"]!.GetValue<string>());
        Assert.Single((await ReadAsync("/v1/connect/intentions")).AsArray());
        Assert.Equal(forgets ? [] : ["orders"], (await ReadAsync("/v1/agent/services")).AsObject().Select(one => one.Key));
        Assert.Equal(forgets ? [] : ["disk", "service:orders"], (await ReadAsync("/v1/agent/checks")).AsObject().Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.Equal(forgets ? [] : ["passing"], (await ReadAsync("/v1/health/checks/orders")).AsArray().Select(one => one!["Status"]!.GetValue<string>()));
        Assert.Contains("serfHealth", (await ReadAsync("/v1/health/node/dev")).AsArray().Select(one => one!["CheckID"]!.GetValue<string>()));
        Assert.Contains("consul", (await ReadAsync("/v1/catalog/services")).AsObject().Select(one => one.Key));
    }

    [Fact]
    public async Task Cuts_the_calls_that_wait_and_answers_none_until_it_is_over()
    {
        var index = (await _http.GetAsync("/v1/health/service/orders")).Headers.GetValues("X-Consul-Index").Single();
        var waiting = _http.GetStringAsync($"/v1/health/service/orders?index={index}&wait=5m");
        await Eventually.HoldsAsync("the call waits", () => _agent.WaitingCalls > 0);

        await _agent.RestartAsync(whileAway: async () =>
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => waiting);
            await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync("/v1/agent/self"));
        });
        await ReadAsync("/v1/agent/self");
    }

    [Fact]
    public async Task Is_over_also_when_what_happens_meanwhile_fails()
    {
        var failure = new InvalidOperationException("the test's own");
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => _agent.RestartAsync(whileAway: () => throw failure)));
        await ReadAsync("/v1/agent/self");

        await _agent.RestartAsync();
        await ReadAsync("/v1/agent/self");
    }

    [Fact]
    public async Task Ends_with_the_agent()
    {
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _agent.RestartAsync(whileAway: async () => await _agent.DisposeAsync()));
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync("/v1/agent/self"));
    }

    public void Dispose() => _http.Dispose();

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    private async Task<JsonNode> ReadAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>(path))!;
}
