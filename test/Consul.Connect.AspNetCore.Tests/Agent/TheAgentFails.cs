using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Agent;

public sealed class TheAgentFails
{
    [Fact]
    public async Task It_is_tried_after_100_ms_doubling_to_2_s_with_jitter()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        foreach (var expected in new[] { 100, 200, 400, 800, 1600, 1600, 1600 })
        {
            call.Respond(502, body: "bad gateway");
            (call, var slept) = await loop.NextAsync();
            Assert.InRange(slept.TotalMilliseconds, expected, expected * 1.25);
        }
    }

    [Fact]
    public async Task One_warning_names_address_and_last_answer_and_one_line_the_end()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        var call = await loop.NextAtOnceAsync();
        var trouble = TimeSpan.Zero;
        while (trouble < TimeSpan.FromMinutes(1))
        {
            call.Break();
            (call, var slept) = await loop.NextAsync();
            if (trouble > TimeSpan.FromSeconds(2))
                Assert.Single(loop.Logs.WithId(100));
            trouble += slept;
        }

        var line = Assert.Single(loop.Logs.From(LogLevel.Warning));
        Assert.Contains("http://127.0.0.1:8500", line, StringComparison.Ordinal);
        Assert.Contains("Connection refused", line, StringComparison.Ordinal);
        Assert.Empty(loop.Logs.WithId(101));
        call.Answer("v1", 1);
        await loop.NextAsync();
        Assert.Single(loop.Logs.WithId(101));
    }

    [Fact]
    public async Task A_single_cut_connection_is_worth_no_line()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        for (var turn = 1; turn < 10; turn++)
        {
            (await loop.NextAsync()).Call.Answer("v1", 42);
            var (call, _) = await loop.NextAsync();
            loop.Time.Advance(TimeSpan.FromSeconds(30));
            call.Break();
        }

        Assert.Empty(loop.Logs.All);
    }

    [Fact]
    public async Task A_failure_never_makes_the_content_fresher()
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        Assert.Null(loop.Watch.SinceConfirmed);
        (await loop.NextAtOnceAsync()).Answer("v1", 42, age: "7");
        var call = await loop.NextAtOnceAsync();
        Assert.Equal(TimeSpan.FromSeconds(7), loop.Watch.SinceConfirmed);

        var failing = TimeSpan.Zero;
        for (var failure = 0; failure < 10; failure++)
        {
            call.Respond(500);
            (call, var slept) = await loop.NextAsync();
            failing += slept;
            Assert.Equal(TimeSpan.FromSeconds(7) + failing, loop.Watch.SinceConfirmed);
        }

        call.Answer("v1", 42);
        await loop.NextAtOnceAsync();
        Assert.Equal(TimeSpan.Zero, loop.Watch.SinceConfirmed);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1000000000000")]
    public async Task An_age_that_makes_no_sense_confirms_nothing(string age)
    {
        await using var loop = new WatchedLoop();
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Answer("v1", 42, age: age);
        await loop.NextAtOnceAsync();

        Assert.Equal(["v1"], loop.Delivered);
        Assert.Null(loop.Watch.SinceConfirmed);
        Assert.NotNull(loop.Watch.LastError);
    }

    [Fact]
    public async Task The_first_loop_that_succeeds_ends_the_pauses_of_the_others()
    {
        var time = new FakeTime();
        await using var first = new WatchedLoop(time: time);
        await using var second = new WatchedLoop(first.Link, time);
        first.Watch.Start();
        var recovering = await first.NextAtOnceAsync();
        second.Watch.Start();
        await FailAsync(second, 8);

        recovering.Answer("v1", 1);

        (await second.NextWithoutTimeAsync()).Break();
        var (_, slept) = await second.NextAsync();
        Assert.InRange(slept.TotalMilliseconds, 100, 125);
    }

    [Fact]
    public async Task A_loop_that_was_well_all_the_time_wakes_nobody()
    {
        var time = new FakeTime();
        await using var well = new WatchedLoop(time: time);
        await using var ill = new WatchedLoop(well.Link, time);
        well.Watch.Start();
        (await well.NextAtOnceAsync()).Answer("v1", 1);
        var waiting = await well.NextAtOnceAsync();
        ill.Watch.Start();
        await FailAsync(ill, 8);
        var pause = time.NextDue;

        waiting.Answer("v2", 2);
        await well.NextWithoutTimeAsync();

        Assert.Equal(pause, time.NextDue);
        Assert.InRange(time.NextDue!.Value.TotalMilliseconds, 1600, 2000);
    }

    [Fact]
    public async Task A_loop_that_is_denied_is_not_woken()
    {
        var time = new FakeTime();
        await using var first = new WatchedLoop(time: time);
        await using var denied = new WatchedLoop(first.Link, time);
        first.Watch.Start();
        var recovering = await first.NextAtOnceAsync();
        denied.Watch.Start();
        (await denied.NextAtOnceAsync()).Respond(403);
        await time.WaitForTimersAsync();

        recovering.Answer("v1", 1);
        await first.NextWithoutTimeAsync();

        Assert.Equal(TimeSpan.FromSeconds(1), time.NextDue);
    }

    [Fact]
    public async Task An_exception_nobody_expected_does_not_end_the_loop()
    {
        await using var loop = new WatchedLoop { Judge = _ => throw new InvalidOperationException("ours") };
        loop.Watch.Start();
        (await loop.NextAtOnceAsync()).Fail(new InvalidOperationException("theirs"));
        (await loop.NextAsync()).Call.Answer("v1", 1);
        var (_, slept) = await loop.NextAsync();

        Assert.InRange(slept.TotalMilliseconds, 100, 250);
        Assert.Equal(2, loop.Logs.WithId(107).Count);
        Assert.NotNull(loop.Watch.LastError);
        Assert.Null(loop.Watch.SinceConfirmed);
    }

    private static async Task FailAsync(WatchedLoop loop, int times)
    {
        var call = await loop.NextAtOnceAsync();
        for (var failure = 1; failure < times; failure++)
        {
            call.Break();
            (call, _) = await loop.NextAsync();
        }

        call.Break();
        await loop.Time.WaitForTimersAsync();
    }
}
