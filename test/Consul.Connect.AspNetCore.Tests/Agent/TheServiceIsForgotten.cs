using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class TheServiceIsForgotten
{
    [Fact]
    public async Task It_is_made_again_and_asked_for_a_second_later_without_a_hash()
    {
        await using var loop = new WatchedLoop(heals: true);
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("entry", hash: "abc");
        var waiting = await loop.NextAtOnceAsync();
        Assert.Equal(("abc", TimeSpan.FromSeconds(25)), (waiting.Query.Hash, waiting.Query.Wait));

        waiting.Respond(404, body: "unknown service ID: web-1");
        var (call, slept) = await loop.NextAsync();

        Assert.Equal((1, null, TimeSpan.FromSeconds(1)), (loop.Healed, call.Query.Hash, slept));
        Assert.Empty(loop.Logs.All);
    }

    [Fact]
    public async Task When_making_it_is_denied_the_loop_says_so()
    {
        await using var loop = new WatchedLoop(heals: true) { HealingFails = new AgentException(AgentFault.Denied, "403 Permission denied") };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Respond(404);
        await loop.NextAsync();

        Assert.Equal("403 Permission denied", loop.Watch.LastError);
        Assert.Single(loop.Logs.WithId(102));
    }

    [Fact]
    public async Task No_exception_while_making_it_ends_the_loop()
    {
        await using var loop = new WatchedLoop(heals: true) { HealingFails = new OperationCanceledException("its own") };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Respond(404);
        var (call, _) = await loop.NextAsync();

        Assert.Single(loop.Logs.WithId(107));
        call.Answer("entry", hash: "abc");
        await loop.NextAtOnceAsync();
        Assert.Equal(["entry"], loop.Delivered);
    }

    [Fact]
    public async Task Without_anybody_to_make_it_the_loop_says_so_and_goes_on()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Respond(404);
        Assert.Equal(TimeSpan.FromSeconds(1), (await loop.NextAsync()).Slept);
        Assert.Single(loop.Logs.WithId(104));
    }
}
