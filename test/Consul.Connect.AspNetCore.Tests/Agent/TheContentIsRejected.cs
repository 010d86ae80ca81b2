namespace ConsulConnect.Tests.Agent;

public sealed class TheContentIsRejected
{
    [Fact]
    public async Task The_reason_is_said_once_and_nothing_is_confirmed_until_it_is_accepted()
    {
        var reason = "the leaf names another service";
        await using var loop = new WatchedLoop { Judge = _ => reason };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("leaf", 1);
        (await loop.NextAtOnceAsync()).Answer("leaf", 1);
        var third = await loop.NextAtOnceAsync();
        Assert.Equal(reason, loop.Watch.LastError);
        Assert.Null(loop.Watch.SinceConfirmed);
        Assert.Contains(reason, Assert.Single(loop.Logs.WithId(105)), StringComparison.Ordinal);

        loop.Judge = _ => null;
        third.Answer("leaf", 1);
        await loop.NextAtOnceAsync();

        Assert.Equal(["leaf"], loop.Delivered);
        Assert.Null(loop.Watch.LastError);
        Assert.Equal(TimeSpan.Zero, loop.Watch.SinceConfirmed);
    }

    [Fact]
    public async Task The_same_hash_is_offered_again_too()
    {
        await using var loop = new WatchedLoop { Judge = _ => "not now" };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("entry", hash: "abc");
        var second = await loop.NextAtOnceAsync();
        loop.Judge = _ => null;
        second.Answer("entry", hash: "abc");
        await loop.NextAtOnceAsync();

        Assert.Equal(["entry"], loop.Delivered);
    }
}
