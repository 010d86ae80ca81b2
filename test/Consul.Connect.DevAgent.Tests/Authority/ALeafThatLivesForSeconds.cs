using System.Security.Cryptography.X509Certificates;
using ConsulConnect.DevAgent.Tests.Contract;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Authority;

public sealed class ALeafThatLivesForSeconds
{
    private const string Path = "/v1/agent/connect/ca/leaf/web";
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Its_successor_comes_to_who_waits_between_60_and_90_percent_of_its_life()
    {
        await using var agent = await StartAsync(TimeSpan.FromSeconds(10));
        var first = await agent.GetAsync(Path);
        for (var turn = 0; turn < 5; turn++)
        {
            var waiting = agent.GetAsync($"{Path}?index={first.Index}&wait=60s");
            await _time.WaitForTimersAsync();
            Assert.InRange(_time.AdvanceToNext().TotalSeconds, 6, 9.002);
            var next = await waiting;
            Assert.True(next.Index > first.Index);
            Assert.NotEqual((string?)first.Json!["CertPEM"], (string?)next.Json!["CertPEM"]);
            Assert.NotEqual((string?)first.Json["PrivateKeyPEM"], (string?)next.Json["PrivateKeyPEM"]);
            first = next;
        }
    }

    [Fact]
    public async Task Its_life_counts_from_now_and_its_start_lies_a_minute_back()
    {
        await using var agent = await StartAsync(TimeSpan.FromSeconds(10));
        using var leaf = X509Certificate2.CreateFromPem((string?)(await agent.GetAsync(Path)).Json!["CertPEM"]);
        Assert.Equal(_time.GetUtcNow().AddMinutes(-1), leaf.NotBefore.ToUniversalTime());
        Assert.Equal(_time.GetUtcNow().AddSeconds(10), leaf.NotAfter.ToUniversalTime());
    }

    [Fact]
    public async Task Who_asks_without_waiting_gets_the_successor_too_once_the_time_has_come()
    {
        await using var agent = await StartAsync(TimeSpan.FromSeconds(10));
        var first = await agent.GetAsync(Path);
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.Equal(first.Text, (await agent.GetAsync(Path)).Text);
        _time.Advance(TimeSpan.FromSeconds(3.2));
        Assert.True((await agent.GetAsync(Path)).Index > first.Index);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_gets_the_old_one()
    {
        await using var agent = await StartAsync(TimeSpan.FromHours(72));
        var first = await agent.GetAsync(Path);
        var waiting = agent.GetAsync($"{Path}?index={first.Index}&wait=20s");
        await _time.WaitForTimersAsync();
        _time.AdvanceToNext();
        Assert.Equal(first.Text, (await waiting).Text);
    }

    private async Task<ContractAgent> StartAsync(TimeSpan lifetime) => ContractAgent.Of(await ConsulDevAgent.StartAsync(new() { Clock = _time, LeafLifetime = lifetime }));
}
