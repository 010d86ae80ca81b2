namespace ConsulConnect.Tests.Agent;

public sealed class TheAgentAnswersAtOnceForEver
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_burst_of_five_is_followed_by_ten_calls_a_second(bool indexMoves)
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var total = TimeSpan.Zero;
        for (var turn = 1; turn <= 105; turn++)
        {
            var (call, slept) = await loop.NextAsync();
            total += slept;
            Assert.Equal(turn <= 5 ? 0 : 100, slept.TotalMilliseconds);
            call.Answer("same", indexMoves ? turn : 7);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), total);
        Assert.Equal(["same"], loop.Delivered);
    }

    [Fact]
    public async Task A_quiet_time_earns_the_burst_again()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        for (var turn = 1; turn <= 20; turn++)
            (await loop.NextAsync()).Call.Answer("v", turn);
        var (waiting, _) = await loop.NextAsync();
        loop.Time.Advance(TimeSpan.FromSeconds(25));

        waiting.Answer("changed", 30);
        for (var turn = 31; turn <= 35; turn++)
            (await loop.NextAtOnceAsync()).Answer("changed", turn);

        Assert.Equal(TimeSpan.FromMilliseconds(100), (await loop.NextAsync()).Slept);
    }

    [Fact]
    public async Task A_watch_may_have_a_higher_floor()
    {
        await using var loop = new WatchedLoop(pace: new() { Floor = TimeSpan.FromSeconds(3) });
        loop.Watch.Start();
        for (var turn = 1; turn <= 5; turn++)
            (await loop.NextAtOnceAsync()).Answer("leaf " + turn, turn);

        Assert.Equal(TimeSpan.FromSeconds(3), (await loop.NextAsync()).Slept);
    }
}
