namespace ConsulConnect.Tests.Agent;

public sealed class TheLoopEnds
{
    [Fact]
    public async Task While_it_waits_for_the_agent()
    {
        var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        await loop.NextAtOnceAsync();
        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(loop.Logs.All);
    }

    [Fact]
    public async Task While_it_pauses()
    {
        var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Respond(500);
        await loop.Time.WaitForTimersAsync();
        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, loop.Time.Timers);
    }

    [Fact]
    public async Task Without_ever_having_begun()
    {
        var loop = new WatchedLoop();
        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await loop.Watch.DisposeAsync();
    }

    [Fact]
    public async Task And_what_called_it_does_not_live_on_in_it()
    {
        var request = new AsyncLocal<string> { Value = "the request that happened to start it" };
        var seen = new TaskCompletionSource<string?>();
        await using var loop = new WatchedLoop { Judge = _ => { seen.TrySetResult(request.Value); return null; } };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        Assert.Null(await seen.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
