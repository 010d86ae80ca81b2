using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

public class APreparedQuery
{
    [Fact]
    public async Task Names_the_service_that_its_instances_must_prove_to_be()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1), new ScriptedInstance("b", 2) { Kind = "connect-proxy", Destination = "API" }, new ScriptedInstance("c", 3) { Service = "billing" });

        var set = await Following.NowAsync(room.Query("nearest"));

        Assert.Equal(["api", "API"], set.Instances.Select(one => one.Service));
        Assert.Contains("\"c\": it is an instance of \"billing\"", set.Problem, StringComparison.Ordinal);
        Assert.Equal("true", room.Agent.Requests.All[0]["connect"]);
    }

    [Fact]
    [Trait("Case", "DSC-017")]
    public async Task That_does_not_exist_is_said_clearly_and_asked_for_again_within_a_second()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        var upstream = room.Query("nearest");

        Assert.Contains("there is no prepared query \"nearest\"", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);

        await time.WaitForTimersAsync(2);
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1));
        time.Advance(TimeSpan.FromSeconds(1));
        // The pause after it is long: the answer has been taken.
        await room.Agent.Requests.WaitForCountAsync(2, _ => true);
        await time.WaitForTimersAsync(2);
        Assert.Single((await Following.NowAsync(upstream)).Instances);
    }

    [Fact]
    [Trait("Case", "DSC-018")]
    public async Task May_fail_over_to_another_datacenter_whose_instances_must_be_of_there()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1));
        var upstream = room.Query("nearest");
        await Following.NowAsync(upstream);
        room.Agent.SetQuery("nearest", "api", "dc2", 1, new ScriptedInstance("z", 9) { Datacenter = "dc2" });
        for (var i = 0; i < 3; i++)
            await AgainAsync(room, time);

        Assert.Equal(("dc2", "z"), (await Following.NowAsync(upstream)).Instances.Select(one => (one.Datacenter, one.Id!)).Single());
        Assert.Equal("nearest.query.consul has failed over to the datacenter dc2.", Assert.Single(room.Logs.WithId(804)));

        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1));
        for (var i = 0; i < 2; i++)
            await AgainAsync(room, time);
        Assert.Single(room.Logs.WithId(805));
        Assert.Single(room.Logs.WithId(804));
    }

    [Fact]
    public async Task Is_executed_about_every_ten_seconds_and_at_once_after_a_failed_dial_but_not_for_each_of_many()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1));
        var upstream = room.Query("nearest");
        await Following.NowAsync(upstream);

        Assert.InRange(await AgainAsync(room, time), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11));

        await time.WaitForTimersAsync(2);
        var atOnce = room.Agent.Requests.WaitForNextAsync(_ => true);
        upstream.DialFailed();
        await atOnce;

        for (var i = 0; i < 50; i++)
        {
            await time.WaitForTimersAsync(2);
            upstream.DialFailed();
        }

        Assert.InRange(room.Agent.Requests.All.Count, 3, 10);
    }

    [Fact]
    public async Task Shuffles_its_answers_and_the_set_stays_the_same()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1), new ScriptedInstance("b", 2));
        var upstream = room.Query("nearest");
        var before = await Following.NowAsync(upstream);

        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("b", 2), new ScriptedInstance("a", 1));
        await AgainAsync(room, time);
        await time.WaitForTimersAsync(2);

        Assert.Same(before, await Following.NowAsync(upstream));
    }

    [Theory]
    [Trait("Case", "DSC-020")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"Service":"api","Nodes":{}}""")]
    [InlineData("""{"Service":"api","Nodes":[null]}""")]
    [InlineData("""{"Nodes":[{}]}""")]
    [InlineData("""{"Service":"api","Nodes":[""")]
    public async Task Whose_answer_cannot_be_believed_keeps_the_last_one(string body)
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        room.Agent.SetQuery("nearest", "api", "dc1", 0, new ScriptedInstance("a", 1));
        var upstream = room.Query("nearest");
        var before = await Following.NowAsync(upstream);

        room.Agent.SetQuery("nearest", body);
        await AgainAsync(room, time);

        await Eventually.HoldsAsync("the answer was refused", () => upstream.LastError is not null);
        Assert.Same(before, await Following.NowAsync(upstream));
    }

    [Fact]
    public async Task That_finds_nobody_says_so() =>
        await UsingAsync("""{"Service":"api","Nodes":null,"Datacenter":"dc1","Failovers":0}""", set => Assert.Contains("no instance of \"api\", which the query \"nearest\" names in the datacenter \"dc1\"", set.Problem, StringComparison.Ordinal));

    [Fact]
    public async Task Has_its_members_in_any_order() =>
        await UsingAsync($$"""{"Failovers":0,"DNS":{"TTL":""},"Nodes":[{{new ScriptedInstance("a", 1).ToJson("api").ToJsonString()}}],"Service":"api"}""", set => Assert.Single(set.Instances));

    private static async Task UsingAsync(string body, Action<UpstreamSet> check)
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetQuery("nearest", body);
        check(await Following.NowAsync(room.Query("nearest")));
    }

    /// <summary>Lets the next execution come, and says how long its pause was.</summary>
    private static async Task<TimeSpan> AgainAsync(Following room, FakeTime time)
    {
        // The sweep of what is idle, and the pause.
        await time.WaitForTimersAsync(2);
        var next = room.Agent.Requests.WaitForNextAsync(_ => true);
        var pause = TimeSpan.Zero;
        while (!next.IsCompleted && time.Timers > 1)
            pause += time.AdvanceToNext();
        await next;
        return pause;
    }
}
