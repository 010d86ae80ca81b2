namespace ConsulConnect.Tests.Agent;

public sealed class TheAgentSendsNoIndex
{
    [Fact]
    public async Task It_is_asked_at_the_pace_of_the_watch_with_jitter()
    {
        await using var loop = new WatchedLoop(pace: new() { Poll = TimeSpan.FromMilliseconds(500) });
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        var pauses = new HashSet<TimeSpan>();
        for (var turn = 0; turn < 20; turn++)
        {
            Assert.Equal(0ul, call.Query.Index);
            call.Answer("v" + (turn / 10));
            (call, var slept) = await loop.NextAsync();
            Assert.InRange(slept.TotalMilliseconds, 450, 550);
            pauses.Add(slept);
        }

        Assert.True(pauses.Count > 10, "all pauses are alike");
        Assert.Equal(["v0", "v1"], loop.Delivered);
    }
}
