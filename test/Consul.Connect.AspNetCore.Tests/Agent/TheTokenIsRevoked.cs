namespace ConsulConnect.Tests.Agent;

public sealed class TheTokenIsRevoked
{
    [Fact]
    public async Task It_is_said_once_loudly_and_tried_after_1_s_doubling_to_30_s()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 42);
        var call = await loop.NextAtOnceAsync();
        foreach (var expected in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            call.Respond(403, body: "Permission denied");
            (call, var slept) = await loop.NextAsync();
            Assert.Equal(expected, slept.TotalSeconds);
        }

        Assert.Contains("Permission denied", Assert.Single(loop.Logs.From(Microsoft.Extensions.Logging.LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Contains("403 Permission denied", loop.Watch.LastError, StringComparison.Ordinal);
        Assert.Equal(["v1"], loop.Delivered);
        call.Answer("v1", 42);
        (await loop.NextAtOnceAsync()).Respond(403);
        Assert.Equal(1, (await loop.NextAsync()).Slept.TotalSeconds);
        Assert.Single(loop.Logs.WithId(106));
    }

    [Fact]
    public async Task A_token_the_agent_does_not_know_yet_is_tried_each_second_for_a_minute()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        for (var second = 1; second <= 60; second++)
        {
            call.Respond(403, body: "ACL not found");
            (call, var slept) = await loop.NextAsync();
            Assert.Equal(1, slept.TotalSeconds);
        }

        Assert.Single(loop.Logs.WithId(103));
        Assert.Empty(loop.Logs.WithId(102));
        foreach (var expected in new[] { 2, 4 })
        {
            call.Respond(403, body: "ACL not found");
            (call, var slept) = await loop.NextAsync();
            Assert.Equal(expected, slept.TotalSeconds);
        }

        Assert.Single(loop.Logs.WithId(102));
    }

    [Fact]
    public async Task Another_token_ends_the_pause_and_the_doubling()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        for (var denial = 0; denial < 6; denial++)
        {
            call.Respond(403);
            (call, _) = await loop.NextAsync();
        }

        call.Respond(403);
        await loop.Time.WaitForTimersAsync();
        loop.Client.Change();
        (await loop.NextWithoutTimeAsync()).Respond(403);

        Assert.Equal(1, (await loop.NextAsync()).Slept.TotalSeconds);
        Assert.Equal(2, loop.Logs.WithId(102).Count);
    }

    [Fact]
    public async Task Another_token_ends_a_wait_and_starts_over()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 42);
        Assert.Equal(42ul, (await loop.NextAtOnceAsync()).Query.Index);

        loop.Client.Change();

        Assert.Equal(0ul, (await loop.NextWithoutTimeAsync()).Query.Index);
    }
}
