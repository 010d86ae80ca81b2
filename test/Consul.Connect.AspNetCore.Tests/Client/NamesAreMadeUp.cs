using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

public class NamesAreMadeUp
{
    [Fact]
    public async Task Beyond_a_most_of_them_a_call_fails_at_once_and_says_what_to_do()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new(), time);
        client.Instances.Are();
        client.Instances.AreOf("payments", fleet.Instances);
        using var http = client.CreateHttp();
        for (var i = 0; i < Unconfigured.Most; i++)
            Assert.Contains("knows no instance", await FailAsync($"made-up-{i}"));

        Assert.Equal(
            "\"web\" cannot call one-more.service.consul: 1024 services that are not configured are called already, and that is the most; name those the app calls in Consul:Connect:Upstreams, where there is no limit, and make no host names of what a request brings. Nothing was dialed.",
            await FailAsync("one-more"));
        await Assert.ThrowsAsync<ConnectDialException>(() => client.Service.DialAsync(ConnectTarget.Service("one-more")));
        Assert.Equal("0", await http.GetStringAsync("/"));

        time.Advance(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("knows no instance", await FailAsync("one-more"));

        async Task<string> FailAsync(string service)
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync($"https://{service}.service.consul/"));
            return Assert.IsType<ConnectDialException>(failure.InnerException).Message;
        }
    }
}
