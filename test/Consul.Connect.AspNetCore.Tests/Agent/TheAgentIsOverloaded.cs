using System.Net;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class TheAgentIsOverloaded
{
    [Theory]
    [InlineData(429, "")]
    [InlineData(503, "")]
    [InlineData(500, "rpc error: rate limit reached, try again later")]
    public async Task It_is_tried_after_1_s_doubling_to_10_s(int status, string text)
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        foreach (var expected in new[] { 1, 2, 4, 8, 8 })
        {
            call.Respond(status, body: text);
            (call, var slept) = await loop.NextAsync();
            Assert.InRange(slept.TotalSeconds, expected, expected * 1.25);
        }
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(3600, 60)]
    public void A_pause_it_asks_for_is_kept_within_reason(int asked, int kept)
    {
        var failure = AgentErrors.Refused(new(HttpMethod.Get, "/v1/x", "a"), HttpStatusCode.TooManyRequests, "", TimeSpan.FromSeconds(asked));
        Assert.InRange(BackOff.After(failure, 0).TotalSeconds, kept, kept * 1.25);
    }
}
