using System.Text.Json.Nodes;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Catalog;

public sealed class AServiceThatStaysCritical : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private ConsulDevAgent _agent = null!;
    private HttpClient _http = null!;

    [Fact]
    public async Task It_is_deregistered_after_the_time_it_was_registered_with()
    {
        await RegisterAsync("""{"Name":"late","Port":1,"Check":{"TTL":"30s","Status":"passing","DeregisterCriticalServiceAfter":"10m"}}""");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("critical", (string?)(await GetAsync("/v1/agent/checks"))["service:late"]!["Status"]);
        _time.Advance(TimeSpan.FromMinutes(9.9));
        Assert.True(await ListsAsync("late"));
        _time.Advance(TimeSpan.FromMinutes(0.1));
        Assert.False(await ListsAsync("late"));
        Assert.Empty((await GetAsync("/v1/health/service/late")).AsArray());
    }

    [Fact]
    public async Task A_minute_is_the_least()
    {
        await RegisterAsync("""{"Name":"hasty","Port":1,"Check":{"TTL":"1s","DeregisterCriticalServiceAfter":"5s"}}""");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(await ListsAsync("hasty"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await ListsAsync("hasty"));
    }

    [Fact]
    public async Task It_stays_when_it_recovers_in_time()
    {
        await RegisterAsync("""{"Name":"saved","Port":1,"Check":{"TTL":"30m","DeregisterCriticalServiceAfter":"1m"}}""");
        _time.Advance(TimeSpan.FromSeconds(50));
        await PutAsync("/v1/agent/check/pass/service:saved");
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await ListsAsync("saved"));
        await PutAsync("/v1/agent/check/fail/service:saved");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(await ListsAsync("saved"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await ListsAsync("saved"));
    }

    [Fact]
    public async Task One_without_such_a_time_stays()
    {
        await RegisterAsync("""{"Name":"patient","Port":1,"Check":{"TTL":"1s"}}""");
        _time.Advance(TimeSpan.FromDays(2));
        Assert.True(await ListsAsync("patient"));
    }

    [Fact]
    public async Task Output_that_alone_is_new_is_published_in_the_end()
    {
        await RegisterAsync("""{"Name":"chatty","Port":1,"Check":{"TTL":"1h","Status":"passing"}}""");
        await PutAsync("/v1/agent/check/pass/service:chatty?note=news");
        Assert.Equal("", (string?)(await GetAsync("/v1/health/checks/chatty"))[0]!["Output"]);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("news", (string?)(await GetAsync("/v1/health/checks/chatty"))[0]!["Output"]);
    }

    [Fact]
    public async Task Once_deregistered_it_leaves_no_timer()
    {
        var timers = _time.Timers;
        await RegisterAsync("""{"Name":"brief","Port":1,"Check":{"TTL":"1m","DeregisterCriticalServiceAfter":"1m"}}""");
        Assert.Equal(timers + 2, _time.Timers);
        await PutAsync("/v1/agent/service/deregister/brief");
        Assert.Equal(timers, _time.Timers);
    }

    public async Task InitializeAsync()
    {
        _agent = await ConsulDevAgent.StartAsync(new() { Clock = _time });
        _http = new() { BaseAddress = _agent.Address };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
    }

    private async Task RegisterAsync(string service) => (await _http.PutAsync("/v1/agent/service/register", new StringContent(service))).EnsureSuccessStatusCode();

    private async Task PutAsync(string path) => (await _http.PutAsync(path, null)).EnsureSuccessStatusCode();

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path))!;

    private async Task<bool> ListsAsync(string id) => (await GetAsync("/v1/agent/services")).AsObject().ContainsKey(id);
}
