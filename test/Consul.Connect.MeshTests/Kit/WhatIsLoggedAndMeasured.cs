using System.Diagnostics.Metrics;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.MeshTests.Kit;

public sealed class WhatIsLoggedAndMeasured
{
    private static readonly EventId Named = new(7, "SomethingFailed");

    [Fact]
    public void A_warning_nobody_announced_fails_the_test()
    {
        var logs = new ExpectedLogs();
        Logger(logs).LogWarning("a surprise");
        var failure = Assert.Throws<InvalidOperationException>(logs.Dispose);
        Assert.Contains("a surprise", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_announced_one_does_not()
    {
        using var logs = new ExpectedLogs().Expect("SomethingFailed").Expect("by its text");
        Logger(logs).LogError(Named, "whatever");
        Logger(logs).LogWarning("known by its text");
    }

    [Theory]
    [InlineData("-----BEGIN EC PRIVATE KEY-----")]
    [InlineData("the token is 4711")]
    public void A_secret_at_any_level_fails_the_test_and_is_not_repeated(string text)
    {
        var logs = new ExpectedLogs().Forbid("4711").Expect(text);
        Logger(logs).LogTrace("{Text}", text);
        Assert.DoesNotContain(text, Assert.Throws<InvalidOperationException>(logs.Dispose).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_an_exception_or_a_scope_counts()
    {
        var logs = new ExpectedLogs().Forbid("4711");
        using (Logger(logs).BeginScope(new Dictionary<string, object?> { ["token"] = "4711" }))
            Logger(logs).LogDebug("harmless");
        Assert.Throws<InvalidOperationException>(logs.Verify);

        logs = new ExpectedLogs().Forbid("4711");
        Logger(logs).LogDebug(new InvalidOperationException("4711"), "harmless");
        Assert.Throws<InvalidOperationException>(logs.Verify);
    }

    [Fact]
    public async Task An_entry_can_be_waited_for()
    {
        using var logs = new ExpectedLogs();
        var entry = logs.WaitForAsync("SomethingFailed");
        Logger(logs).LogInformation(Named, "size {Size}", 5);
        Assert.Equal(5, (await entry)["Size"]);
        Assert.Same(await entry, await logs.WaitForAsync("size 5"));
    }

    [Fact]
    public void Configured_levels_do_not_hide_entries()
    {
        using var logs = new ExpectedLogs();
        using var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Error).AddFilter("Room", LogLevel.Critical).AddExpectedLogs(logs));
        factory.CreateLogger("Room").LogTrace("seen");
        Assert.Single(logs.Entries);
    }

    [Fact]
    public async Task Measurements_are_found_by_instrument_and_tags_and_by_identity()
    {
        using var meter = new Meter(new MeterOptions("Consul.Connect") { Tags = [new("consul.connect.service", "recorded")] });
        using var other = new Meter(new MeterOptions("Consul.Connect") { Tags = [new("consul.connect.service", "ignored")] });
        var (counter, ignored) = (meter.CreateCounter<long>("turns"), other.CreateCounter<long>("turns"));
        using var metrics = new MetricsRecorder("recorded");
        var denied = metrics.WaitForAsync("turns", ("decision", "deny"));
        counter.Add(2, new KeyValuePair<string, object?>("decision", "allow"));
        counter.Add(3, new KeyValuePair<string, object?>("decision", "deny"));
        ignored.Add(5, new KeyValuePair<string, object?>("decision", "deny"));
        Assert.Equal(3, (await denied).Value);
        Assert.Equal(5, metrics.Sum("turns"));
        Assert.Equal(3, metrics.Sum("turns", ("decision", "deny")));
    }

    private static ILogger Logger(ExpectedLogs logs) => LoggerFactory.Create(builder => builder.AddExpectedLogs(logs)).CreateLogger("Room");
}
