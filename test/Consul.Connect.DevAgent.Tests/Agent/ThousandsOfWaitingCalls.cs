using System.Globalization;

namespace ConsulConnect.DevAgent.Tests.Agent;

public sealed class ThousandsOfWaitingCalls
{
    [Fact]
    public async Task A_thousand_of_them_are_answered_by_one_rotation()
    {
        await using var agent = await ConsulDevAgent.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = agent.Address, Timeout = TimeSpan.FromMinutes(2) };
        using var first = await http.GetAsync("/v1/agent/connect/ca/roots");
        var index = first.Headers.GetValues("X-Consul-Index").Single();
        var waiting = Enumerable.Range(0, 1000).Select(_ => http.GetAsync($"/v1/agent/connect/ca/roots?index={index}&wait=100s")).ToList();
        // One more connection is served while they wait.
        using (var other = await http.GetAsync("/v1/status/leader"))
            Assert.True(other.IsSuccessStatusCode);
        Assert.DoesNotContain(waiting, call => call.IsCompleted);
        await agent.RotateRootAsync();
        foreach (var answer in await Task.WhenAll(waiting))
        {
            Assert.True(ulong.Parse(answer.Headers.GetValues("X-Consul-Index").Single(), CultureInfo.InvariantCulture) > ulong.Parse(index, CultureInfo.InvariantCulture));
            answer.Dispose();
        }
    }
}
