namespace ConsulConnect.Tests.Agent;

public sealed class TheLoopStartsOver
{
    [Fact]
    public async Task A_waiting_call_is_cut_and_the_first_query_asked_again_at_once()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("one", index: 7);
        await loop.NextAtOnceAsync();
        loop.Watch.StartOver();

        Assert.Equal(0ul, (await loop.NextAtOnceAsync()).Query.Index);
        Assert.Empty(loop.Logs.All);
    }

    [Fact]
    public async Task A_pause_after_a_failure_is_cut_and_the_next_one_is_the_first_again()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        for (var i = 0; i < 5; i++)
            (await loop.NextAsync()).Call.Respond(403);
        await loop.Time.WaitForTimersAsync();
        loop.Watch.StartOver();

        (await loop.NextAtOnceAsync()).Respond(403);
        Assert.Equal(TimeSpan.FromSeconds(1), (await loop.NextAsync()).Slept);
        Assert.Single(loop.Logs.WithId(102));
    }
}
