using ConsulConnect.TestKit;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Discovery;

public class TheCatalogIsFollowed
{
    [Fact]
    public async Task The_first_answer_is_waited_for_and_the_next_calls_complete_at_once()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var hold = room.Agent.Hold("/v1/health");
        var upstream = room.Service("api");
        var first = upstream.GetAsync(CancellationToken.None);
        await room.Agent.Requests.WaitForAsync(request => request.Path == "/v1/health/connect/api");
        Assert.False(first.IsCompleted);

        hold.Dispose();

        var set = await first;
        Assert.Equal("api-1", Assert.Single(set.Instances).Id);
        var second = upstream.GetAsync(new(canceled: true));
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Same(set, await second);
        Assert.Null(upstream.LastError);
    }

    [Fact]
    public async Task Who_waits_for_the_first_answer_may_give_up()
    {
        await using var room = await Following.StartAsync();
        using var hold = room.Agent.Hold("/v1/health");
        using var cancellation = new CancellationTokenSource();
        var first = room.Service("api").GetAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Changes_arrive_and_what_is_the_same_stays_the_same_object()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        var before = await Following.NowAsync(upstream);

        await room.AndTakenAsync("api", () => room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443) { Output = "still fine" }));
        Assert.Same(before, await Following.NowAsync(upstream));

        await room.AndTakenAsync("api", () => room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443), new ScriptedInstance("api-2", 8444)));
        var after = await Following.NowAsync(upstream);
        Assert.Equal(2, after.Instances.Count);
        Assert.Same(before.Instances[0], after.Instances[0]);
    }

    [Fact]
    [Trait("Case", "DSC-001")]
    public async Task Without_instances_the_set_says_why_and_nothing_else_is_asked()
    {
        await using var room = await Following.StartAsync();

        var set = await Following.NowAsync(room.Service("nobody"));

        Assert.Empty(set.Instances);
        Assert.Contains("no instance of \"nobody\" is registered for the mesh", set.Problem, StringComparison.Ordinal);
        Assert.All(room.Agent.Requests.All, request => Assert.Contains(request.Path, (string[])["/v1/health/connect/nobody", "/v1/discovery-chain/nobody"]));
    }

    [Fact]
    [Trait("Case", "DSC-011")]
    public async Task One_that_flaps_leaves_the_other_alone_and_is_asked_for_at_a_bounded_pace()
    {
        await using var room = await Following.StartAsync();
        ScriptedInstance[] both = [new("calm", 8443), new("flaps", 8444)];
        room.Agent.SetHealth("api", both);
        var upstream = room.Service("api");
        var calm = (await Following.NowAsync(upstream)).Instances[0];
        await room.WaitsAsync("api");

        for (var i = 0; i < 40; i++)
        {
            var next = room.Agent.Requests.WaitForNextAsync(request => request.Path == "/v1/health/connect/api");
            room.Agent.SetHealth("api", both[0], both[1] with { Checks = [i % 2 == 0 ? "critical" : "passing"] });
            Assert.Same(calm, (await Following.NowAsync(upstream)).Instances[0]);
            // What comes in between is never seen; ten calls a second are the most after a burst.
            if (i % 8 == 0)
                await next;
        }

        Assert.InRange(room.Agent.Requests.All.Count, 6, 50);
        Assert.DoesNotContain(room.Logs.All, line => line.Contains("no instance", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_that_goes_backwards_is_delivered_and_started_over_from()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        await Following.NowAsync(upstream);

        var over = room.Agent.Requests.WaitForNextAsync(request => request["index"] is null);
        await room.AndTakenAsync("api", () =>
        {
            room.Agent.SetHealth("api", new ScriptedInstance("api-2", 8444));
            room.Agent.RenumberHealth("api", 3);
        });

        await over;
        Assert.Equal("api-2", Assert.Single((await Following.NowAsync(upstream)).Instances).Id);
    }

    [Fact]
    public async Task The_agent_goes_and_the_last_instances_serve_on()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        var before = await Following.NowAsync(upstream);
        await room.WaitsAsync("api");

        using (room.Agent.Intercept("/v1/health", context => { context.Abort(); return Task.CompletedTask; }))
        {
            await Eventually.HoldsAsync("the loop has noticed", () => upstream.LastError is not null);
            Assert.Same(before, await Following.NowAsync(upstream));
        }

        await Eventually.HoldsAsync("the loop is well again", () => upstream.LastError is null);
        Assert.Same(before, await Following.NowAsync(upstream));
    }

    [Theory]
    [Trait("Case", "DSC-020")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[1]")]
    [InlineData("[{")]
    [InlineData("[] []")]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[{\"Service\":7}]")]
    [InlineData("[{\"Checks\":{}}]")]
    [InlineData("[{\"Service\":{\"Service\":\"\\uD800\"}}]")]
    public async Task An_answer_that_cannot_be_believed_changes_nothing(string body)
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        var before = await Following.NowAsync(upstream);
        await room.WaitsAsync("api");

        room.Agent.SetHealth("api", body);

        await Eventually.HoldsAsync("the answer was refused", () => upstream.LastError is not null);
        Assert.Contains("cannot be believed", upstream.LastError, StringComparison.Ordinal);
        Assert.Same(before, await Following.NowAsync(upstream));

        // And when there was none before it is said at once.
        Assert.Contains("cannot be believed", (await Following.NowAsync(room.Service("api", "dc1"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "DSC-020")]
    public async Task An_answer_that_is_too_large_changes_nothing()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443));
        var upstream = room.Service("api");
        var before = await Following.NowAsync(upstream);
        await room.WaitsAsync("api");

        using var flood = room.Agent.Intercept("/v1/health", async context =>
        {
            var piece = new ScriptedInstance("api-2", 8444) { Output = new string('x', 500_000) }.ToJson("api").ToJsonString() + ",";
            await context.Response.WriteAsync("[");
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.WriteAsync(piece, context.RequestAborted);
        });

        await Eventually.HoldsAsync("the answer was refused", () => upstream.LastError is not null);
        Assert.Contains("it is larger than 64 MiB", upstream.LastError, StringComparison.Ordinal);
        Assert.Same(before, await Following.NowAsync(upstream));
    }

    [Fact]
    [Trait("Case", "DSC-020")]
    public async Task An_answer_of_very_many_tiny_entries_changes_nothing()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", "[" + string.Concat(Enumerable.Repeat("{},", 100_001)) + "{}]");

        Assert.Contains("it lists more than 100000 instances", (await Following.NowAsync(room.Service("api"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_says_which_right_is_missing_and_keeps_what_was_known()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("known", new ScriptedInstance("known-1", 8443));
        var known = room.Service("known");
        var before = await Following.NowAsync(known);
        await room.WaitsAsync("known");

        using var denial = room.Agent.Fail("/v1/health", 403, "Permission denied");

        Assert.Contains("the token needs service:read on \"other\" and node:read", (await Following.NowAsync(room.Service("other"))).Problem, StringComparison.Ordinal);
        await Eventually.HoldsAsync("the loop has noticed", () => known.LastError is not null);
        Assert.Same(before, await Following.NowAsync(known));
    }

    [Fact]
    public async Task A_list_the_token_may_not_see_is_explained_and_seen_once_it_may()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHeader("/v1/health", "X-Consul-Results-Filtered-By-Acls", "true");
        var upstream = room.Service("api");

        Assert.Contains("hides every instance of \"api\" from this app's token, which needs service:read on \"api\" and node:read", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);

        // The same body, but another meaning.
        room.Agent.SetHeader("/v1/health", "X-Consul-Results-Filtered-By-Acls", null);
        await room.AndTakenAsync("api", () => room.Agent.SetHealth("api", "[]"));
        Assert.Contains("is registered for the mesh", (await Following.NowAsync(upstream)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_datacenter_nobody_knows_is_said_at_once()
    {
        await using var room = await Following.StartAsync();
        using var fault = room.Agent.Fail("/v1/health", 500, "No path to datacenter");

        Assert.Contains("No path to datacenter", (await Following.NowAsync(room.Service("api", "dc9"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Datacenter_namespace_and_partition_are_asked_for_and_expected()
    {
        await using var room = await Following.StartAsync(options => options.Connect.Upstreams["api"] = new() { Service = "api2", Datacenter = "dc2", Namespace = "team", Partition = "Part" });
        using var taken = room.Agent.Intercept("/v1/health", context => context.Response.WriteAsJsonAsync(new[] { new ScriptedInstance("a", 1).ToJson("api2") }));

        var instance = Assert.Single((await Following.NowAsync(room.Service("api"))).Instances);

        var request = room.Agent.Requests.All[0];
        Assert.Equal(("/v1/health/connect/api2", "dc2", "team", "Part"), (request.Path, request["dc"], request["ns"], request["partition"]));
        Assert.Equal(("team", "part"), (instance.Namespace, instance.Partition));
    }

    [Fact]
    [Trait("Case", "DSC-019")]
    public async Task The_local_datacenter_is_that_of_our_own_leaf_and_without_one_nobody_is_expected_to_be_of_any()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("a", 1) { Datacenter = "" });
        room.Agent.SetHealth("other", new ScriptedInstance("a", 1) { Datacenter = "" });
        Assert.Equal("dc1", Assert.Single((await Following.NowAsync(room.Service("api"))).Instances).Datacenter);

        room.Self = null;
        Assert.Contains("its datacenter is not known", (await Following.NowAsync(room.Service("other"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_namespace_and_partition_are_never_sent()
    {
        await using var room = await Following.StartAsync(options =>
        {
            options.Namespace = "default";
            options.Connect.Upstreams["api"] = new() { Namespace = "default", Partition = "default" };
        });

        await Following.NowAsync(room.Service("api"));

        Assert.All(room.Agent.Requests.All, request => Assert.Equal((null, null), (request["ns"], request["partition"])));
    }

    [Fact]
    public async Task Turns_are_said_once()
    {
        await using var room = await Following.StartAsync();
        room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443), new ScriptedInstance("odd", 0));
        await Following.NowAsync(room.Service("api"));
        await room.AndTakenAsync("api", () => room.Agent.SetHealth("api", new ScriptedInstance("api-1", 8443), new ScriptedInstance("odd", 0), new ScriptedInstance("api-2", 8444)));

        Assert.Equal("api.service.consul has instances that can be called: 1.", Assert.Single(room.Logs.WithId(800)));
        Assert.Contains("\"odd\": its port is 0", Assert.Single(room.Logs.WithId(803)), StringComparison.Ordinal);
        Assert.Single(room.Logs.WithId(802));
    }
}
