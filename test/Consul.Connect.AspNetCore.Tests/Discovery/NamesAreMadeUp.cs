using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

/// <summary>Host names made of what a request brings: whoever makes them up must not cost the app a watch each.</summary>
public class NamesAreMadeUp
{
    [Fact]
    public async Task One_that_nobody_serves_is_forgotten_after_half_a_minute()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["configured"] = new(), time);
        room.Agent.SetHealth("served", new ScriptedInstance("served-1", 8443));
        foreach (var name in (string[])["made-up", "served", "configured"])
            await Following.NowAsync(room.Service(name));

        time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(3, room.Upstreams.Followed);
        time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(2, room.Upstreams.Followed);
        Assert.Empty((await Following.NowAsync(room.Service("made-up"))).Instances);
        Assert.Equal(3, room.Upstreams.Followed);
    }

    [Fact]
    public async Task One_that_is_called_all_the_time_is_followed_all_the_time()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        var upstream = room.Service("not-there-yet");
        for (var i = 0; i < 10; i++)
        {
            await Following.NowAsync(upstream);
            time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Single(room.Agent.Requests.To("/v1/health/connect/not-there-yet"), request => request["index"] is null);
    }

    [Fact]
    public async Task There_is_a_most_of_them_and_none_for_configured_ones()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["configured"] = new(), time);
        using (room.Agent.Hold("/v1/health"))
        {
            for (var i = 0; i < Unconfigured.Most; i++)
                room.Service($"made-up-{i}");
            Assert.Equal(Unconfigured.Most, room.Upstreams.Followed);

            var refused = await Following.NowAsync(room.Service("one-more"));
            Assert.Empty(refused.Instances);
            Assert.Contains("1024 services that are not configured are called already", refused.Problem, StringComparison.Ordinal);
            Assert.Contains("Consul:Connect:Upstreams", refused.Problem, StringComparison.Ordinal);
            room.Service("configured");
            Assert.Equal(Unconfigured.Most + 1, room.Upstreams.Followed);
        }

        var later = room.Service("one-more");
        time.Advance(TimeSpan.FromSeconds(40));
        room.Agent.SetHealth("one-more", new ScriptedInstance("one-more-1", 8443));
        Assert.Single((await Following.NowAsync(later)).Instances);
    }
}
