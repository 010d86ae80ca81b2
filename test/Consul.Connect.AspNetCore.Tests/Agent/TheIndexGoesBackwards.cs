namespace ConsulConnect.Tests.Agent;

public sealed class TheIndexGoesBackwards
{
    [Fact]
    public async Task What_came_with_the_lower_index_is_used_and_the_wait_starts_over()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("old cluster", 900);
        var waiting = await loop.NextAtOnceAsync();
        Assert.Equal(900ul, waiting.Query.Index);

        waiting.Answer("new cluster", 9);
        var restarted = await loop.NextAtOnceAsync();

        Assert.Equal(["old cluster", "new cluster"], loop.Delivered);
        Assert.Equal((0ul, TimeSpan.FromSeconds(1)), (restarted.Query.Index, restarted.Query.Wait));
        restarted.Answer("new cluster", 9);
        Assert.Equal((9ul, TimeSpan.FromSeconds(25)), await IndexAndWaitAsync(loop));
        Assert.Equal(2, loop.Delivered.Count);
    }

    [Fact]
    public async Task A_failure_starts_over_too_because_the_agent_may_have_been_replaced()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 900);
        (await loop.NextAtOnceAsync()).Break();

        var (call, _) = await loop.NextAsync();

        Assert.Equal((0ul, TimeSpan.FromSeconds(1)), (call.Query.Index, call.Query.Wait));
    }

    private static async Task<(ulong, TimeSpan)> IndexAndWaitAsync(WatchedLoop loop)
    {
        var call = await loop.NextAtOnceAsync();
        return (call.Query.Index, call.Query.Wait);
    }
}
