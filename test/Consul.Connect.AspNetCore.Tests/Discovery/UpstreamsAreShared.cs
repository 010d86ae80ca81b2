using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

public class UpstreamsAreShared
{
    [Fact]
    public async Task Many_clients_of_one_service_cost_one_watch()
    {
        await using var room = await Following.StartAsync(options =>
        {
            options.Connect.Upstreams["alias"] = new() { Service = "api", Protocol = ConnectProtocol.Http2 };
            options.Connect.Upstreams["strict"] = new() { Service = "api", OnlyPassing = true };
        });
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443) { Checks = ["warning"] });

        var sets = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Following.NowAsync(room.Service(i % 2 == 0 ? "api" : "alias"))));

        Assert.Single(sets.Distinct());
        Assert.Equal(1, room.Upstreams.Followed);
        Assert.Equal(ConnectProtocol.Http2, room.Service("alias").Options.Protocol);
        Assert.Equal(ConnectProtocol.Http1, room.Service("api").Options.Protocol);
        Assert.Same(room.Service("api"), room.Service("api"));

        Assert.Empty((await Following.NowAsync(room.Service("strict"))).Instances);
        Assert.Equal(2, room.Upstreams.Followed);
    }

    [Fact]
    public async Task Nobody_is_followed_before_the_first_call_and_the_configured_ones_from_the_start()
    {
        await using var room = await Following.StartAsync(options =>
        {
            options.Connect.Upstreams["api"] = new();
            options.Connect.Upstreams["legacy"] = new() { Address = "10.0.0.7:1", Identity = $"spiffe://{Following.TrustDomain}/ns/default/dc/dc1/svc/old" };
        });
        Assert.Equal(0, room.Upstreams.Followed);

        room.Upstreams.Start();

        await room.Agent.Requests.WaitForAsync(request => request.Path == "/v1/health/connect/api");
        Assert.Equal(1, room.Upstreams.Followed);
    }

    [Theory]
    [InlineData(null, "payments")]
    [InlineData("Pay", "Pay")]
    public async Task A_configured_one_is_followed_once_however_its_name_is_spelled(string? service, string asked)
    {
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["Payments"] = new() { Service = service, Retries = 5 });
        room.Agent.SetHealth(asked, new ScriptedInstance("pay-1", 8443));
        room.Upstreams.Start();

        Assert.True(HostName.TryParse("PAYMENTS.service.consul", room.Options.Connect.Upstreams, out var target, out _));
        var upstream = room.Upstreams.Open(target);

        Assert.Single((await Following.NowAsync(upstream)).Instances);
        Assert.Equal(5, upstream.Options.Retries);
        Assert.Equal((1, 1), (room.Upstreams.Followed, room.Upstreams.Waiting));
    }

    [Fact]
    public async Task Four_keep_a_connection_waiting_and_the_others_read_the_agents_cache()
    {
        await using var room = await Following.StartAsync();
        var names = Enumerable.Range(0, 10).Select(i => $"s{i}").ToArray();
        foreach (var name in names)
            room.Agent.SetHealth(name, new ScriptedInstance(name, 8443));

        foreach (var name in names)
            Assert.Single((await Following.NowAsync(room.Service(name))).Instances);

        Assert.Equal(4, room.Upstreams.Waiting);
        await Task.WhenAll(names[..4].Select(room.WaitsAsync));
        Assert.All(names[4..], name => Assert.Contains("cached", room.Agent.Requests.To("/v1/health/connect/" + name)[0].Query, StringComparison.Ordinal));
        Assert.All(room.Agent.Requests.All, request => Assert.True(request["wait"] is not null || request.Path.StartsWith("/v1/discovery-chain/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Few_connections_leave_none_for_waiting()
    {
        await using var room = await Following.StartAsync(options => options.MaxConnections = 8);

        await Following.NowAsync(room.Service("api"));

        Assert.Equal(0, room.Upstreams.Waiting);
    }

    [Fact]
    public async Task One_that_is_read_at_a_pace_is_read_again_after_five_to_ten_seconds_and_at_once_after_a_failed_dial()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(options => options.MaxConnections = 8, time);
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        await Following.NowAsync(upstream);
        for (var i = 0; i < 20; i++)
        {
            // The sweep of what is idle, and the pause.
            await time.WaitForTimersAsync(2);
            var next = room.Agent.Requests.WaitForNextAsync(request => request.Path.StartsWith("/v1/health/", StringComparison.Ordinal));
            var pause = TimeSpan.Zero;
            while (!next.IsCompleted && time.Timers > 1)
                pause += time.AdvanceToNext();
            await next;
            Assert.InRange(pause, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        }

        await time.WaitForTimersAsync(2);
        var atOnce = room.Agent.Requests.WaitForNextAsync(request => request.Path.StartsWith("/v1/health/", StringComparison.Ordinal));
        upstream.DialFailed();
        await atOnce;
    }

    [Fact]
    public async Task One_that_nobody_calls_is_dropped_after_ten_minutes_and_followed_again_when_called()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        await Following.NowAsync(upstream);

        time.Advance(TimeSpan.FromMinutes(8));
        await Following.NowAsync(upstream);
        time.Advance(TimeSpan.FromMinutes(8));
        Assert.Equal((1, 1), (room.Upstreams.Followed, room.Upstreams.Waiting));

        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((0, 0), (room.Upstreams.Followed, room.Upstreams.Waiting));

        room.Agent.SetHealth("api", new ScriptedInstance("api-2", 8444));
        Assert.Equal("api-2", Assert.Single((await Following.NowAsync(upstream)).Instances).Id);
        Assert.Equal("api-2", Assert.Single((await Following.NowAsync(room.Service("api"))).Instances).Id);
        Assert.Equal((1, 1), (room.Upstreams.Followed, room.Upstreams.Waiting));
    }

    [Fact]
    public async Task One_that_is_waited_for_is_never_idle()
    {
        var time = new FakeTime();
        await using var room = await Following.StartAsync(null, time);
        using var hold = room.Agent.Hold("/v1/health");
        using var cancellation = new CancellationTokenSource();
        var waits = room.Service("api").GetAsync(cancellation.Token).AsTask();

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, room.Upstreams.Followed);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, room.Upstreams.Followed);
    }

    [Fact]
    public async Task The_end_stops_all_and_answers_who_waits()
    {
        var room = await Following.StartAsync();
        using var hold = room.Agent.Hold("/v1/health");
        var waits = room.Service("api").GetAsync(CancellationToken.None).AsTask();

        await room.Upstreams.DisposeAsync();

        Assert.Contains("stopped", (await waits).Problem, StringComparison.Ordinal);
        Assert.Contains("stopped", (await Following.NowAsync(room.Service("other"))).Problem, StringComparison.Ordinal);
        Assert.Equal(0, room.Upstreams.Followed);
        await room.DisposeAsync();
    }

    [Fact]
    public async Task A_contradiction_to_the_configuration_has_no_instances_and_says_so()
    {
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["api"] = new() { Datacenter = "dc2" });

        Assert.Contains("\"dc3\"", (await Following.NowAsync(room.Service("api", "dc3"))).Problem, StringComparison.Ordinal);
        Assert.Empty(room.Agent.Requests.All);
    }
}
