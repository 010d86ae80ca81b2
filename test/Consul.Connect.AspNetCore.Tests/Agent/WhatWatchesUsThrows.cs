using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Agent;

/// <summary>Code of the app runs inside the loop: loggers, listeners of metrics, whoever waits for a recovery.</summary>
public sealed class WhatWatchesUsThrows
{
    [Fact]
    public async Task A_listener_of_metrics_costs_a_pause_and_the_next_change_is_delivered()
    {
        await using var loop = new WatchedLoop(service: $"web-{Guid.NewGuid():N}");
        using var listener = new MeterListener();
        var throws = 1;
        Listen(listener, loop, () => Interlocked.Decrement(ref throws) >= 0);
        loop.Watch.Start();

        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        var (call, slept) = await loop.NextAsync();
        Assert.InRange(slept.TotalMilliseconds, 100, 125);
        Assert.Contains("InvalidOperationException", loop.Watch.LastError, StringComparison.Ordinal);
        Assert.Single(loop.Logs.WithId(107));
        Assert.Equal((0UL, slept), (call.Query.Index, loop.Watch.SinceConfirmed));

        call.Answer("v2", 2);
        Assert.Equal(2UL, (await loop.NextAtOnceAsync()).Query.Index);
        Assert.Equal(["v1", "v2"], loop.Delivered);
        Assert.Null(loop.Watch.LastError);
    }

    [Fact]
    public async Task A_listener_that_always_throws_slows_the_loop_down_and_no_more()
    {
        var loop = new WatchedLoop(service: $"web-{Guid.NewGuid():N}");
        using var listener = new MeterListener();
        Listen(listener, loop, () => true);
        loop.Watch.Start();

        var call = await loop.NextAtOnceAsync();
        for (var turn = 1; turn < 10; turn++)
        {
            call.Answer($"v{turn}", turn);
            (call, var slept) = await loop.NextAsync();
            Assert.InRange(slept.TotalMilliseconds, 100, 2000);
            Assert.Equal(turn, loop.Delivered.Count);
            call.Respond(500);
            call = (await loop.NextAsync()).Call;
        }

        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_logger_that_cannot_write_warnings_changes_nothing()
    {
        var loop = new WatchedLoop { Judge = value => value == "bad" ? "not this one" : null };
        loop.Logs.ThrowsFrom = LogLevel.Warning;
        loop.Watch.Start();

        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        (await loop.NextAtOnceAsync()).Answer("bad", 2);
        (await loop.NextAtOnceAsync()).Respond(403);
        (await loop.NextAsync()).Call.Respond(400);
        var (call, _) = await loop.NextAsync();
        for (var failure = 0; failure < 10; failure++)
        {
            call.Break();
            (call, _) = await loop.NextAsync();
        }

        Assert.Equal("Connection refused", loop.Watch.LastError);
        call.Answer("v2", 3);
        await loop.NextAtOnceAsync();
        Assert.Equal(["v1", "v2"], loop.Delivered);
        Assert.Null(loop.Watch.LastError);
        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Whoever_waits_for_a_recovery_cannot_end_the_loop()
    {
        await using var loop = new WatchedLoop();
        await using var waiting = loop.Link.Recovery.Register(() => throw new InvalidOperationException("theirs"));
        loop.Watch.Start();

        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        (await loop.NextAsync()).Call.Answer("v2", 2);
        await loop.NextAtOnceAsync();

        Assert.Equal(["v1", "v2"], loop.Delivered);
    }

    [Fact]
    public async Task What_was_taken_in_part_is_offered_again_and_so_is_what_was_accepted_before()
    {
        await using var loop = new WatchedLoop { Judge = value => value == "v2" ? throw new InvalidOperationException("halfway") : null };
        loop.Watch.Start();

        (await loop.NextAtOnceAsync()).Answer("v1", 1);
        (await loop.NextAtOnceAsync()).Answer("v2", 2);
        var (call, slept) = await loop.NextAsync();
        Assert.Equal(slept, loop.Watch.SinceConfirmed);
        call.Answer("v1", 3);
        await loop.NextAtOnceAsync();

        Assert.Equal(["v1", "v1"], loop.Delivered);
    }

    [Fact]
    public async Task No_place_is_left_where_an_exception_ends_the_loop()
    {
        var loop = new WatchedLoop();
        loop.Client.Failures = 3;
        loop.Watch.Start();

        var (call, slept) = await loop.NextAsync();
        Assert.InRange(slept.TotalMilliseconds, 100 + 200 + 400, 1.25 * (100 + 200 + 400));
        Assert.Contains("InvalidOperationException", loop.Watch.LastError, StringComparison.Ordinal);
        call.Answer("v1", 1);
        await loop.NextAtOnceAsync();

        Assert.Equal(["v1"], loop.Delivered);
        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static void Listen(MeterListener listener, WatchedLoop loop, Func<bool> throws)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Tags?.Any(tag => Equals(tag.Value, loop.Service)) is true)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            if (throws())
                throw new InvalidOperationException("theirs");
        });
        listener.Start();
    }
}
