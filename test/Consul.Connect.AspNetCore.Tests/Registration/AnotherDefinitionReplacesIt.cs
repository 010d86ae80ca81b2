using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Registration;

public sealed class AnotherDefinitionReplacesIt
{
    public static TheoryData<string> Differences => ["named \"billing\"", "at 10.0.0.7, port 9999", "at 10.0.0.9, port 8443", "without Connect.Native", "with another EnableTagOverride", "with other tags", "with other metadata", "with other weights", "with other tagged addresses"];

    private static void Everything(ConsulServiceOptions definition)
    {
        definition.Tags.Add("v2");
        definition.Meta["team"] = "sales";
        definition.Weights = new() { Passing = 10 };
        definition.TaggedAddresses["wan"] = new() { Address = "203.0.113.7" };
    }

    private static RegisteredService Change(RegisteredService service, string difference) => difference switch
    {
        "named \"billing\"" => service with { Name = "billing" },
        "at 10.0.0.7, port 9999" => service with { Port = 9999 },
        "at 10.0.0.9, port 8443" => service with { Address = "10.0.0.9" },
        "without Connect.Native" => service with { IsNative = false },
        "with another EnableTagOverride" => service with { EnableTagOverride = true },
        "with other tags" => service with { Tags = ["v3"] },
        "with other metadata" => service with { Meta = new Dictionary<string, string> { ["team"] = "sales", ["more"] = "1" } },
        "with other weights" => service with { Weights = new(1, 1) },
        "with other tagged addresses" => service with { TaggedAddresses = new Dictionary<string, ServiceAddress>() },
        _ => throw new ArgumentOutOfRangeException(nameof(difference)),
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Whatever_differs_is_put_right_at_once(string difference)
    {
        await using var app = await new RegisteredApp(Everything).StartedAsync();
        var before = app.Agent.Services[0];
        app.Agent.Saw("");
        app.Agent.Change("orders-1", service => Change(service, difference));
        await app.Agent.SeenAsync("register orders-1");
        await app.RestAsync();

        Assert.Equivalent(before, app.Agent.Services[0], strict: true);
        await app.Log.HasAsync($"501 Information: Registered orders as orders-1 again: the agent had it {difference}.");
        await app.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, app.Agent.Writes.Count);
    }

    [Fact]
    public async Task What_the_agent_adds_and_others_may_change_is_left_alone()
    {
        await using var app = await new RegisteredApp(definition => (definition.EnableTagOverride, definition.Address) = (true, "")).StartedAsync();
        app.Agent.Change("orders-1", service => service with
        {
            Tags = ["of-an-operator"],
            Weights = new(5, 5),
            TaggedAddresses = new Dictionary<string, ServiceAddress> { ["wan_ipv4"] = new("203.0.113.7", 1) },
        });
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["register orders-1"], app.Agent.Writes);
    }

    [Fact]
    public async Task Tags_in_another_order_are_the_same_tags()
    {
        await using var app = await new RegisteredApp(definition =>
        {
            definition.Tags.Add("a");
            definition.Tags.Add("b");
        }).StartedAsync();
        app.Agent.Change("orders-1", service => service with { Tags = ["b", "a"] });
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["register orders-1"], app.Agent.Writes);
    }

    [Fact]
    public async Task An_entry_that_says_no_address_is_put_right_when_another_gives_it_one()
    {
        await using var app = new RegisteredApp();
        app.Listener = new(System.Net.IPAddress.Any, 8443);
        await app.StartedAsync();
        app.Agent.Saw("");
        app.Agent.Change("orders-1", service => service with { Address = "10.0.0.9" });

        await app.Agent.SeenAsync("register orders-1");
        await app.RestAsync();
        Assert.Equal("", app.Agent.Services[0].Address);
    }

    [Fact]
    public async Task Another_process_under_the_id_is_named_once_and_in_the_end_not_fought()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        var other = app.Agent.Services[0] with { Address = "10.0.0.9" };
        for (var i = 0; i < 12; i++)
        {
            app.Agent.Saw("");
            app.Agent.Put(other);
            var taken = await app.UntilTakenBackAsync();
            if (i > 9)
                Assert.True(taken >= TimeSpan.FromSeconds(30), $"{taken}");
            await app.RestAsync();
        }

        Assert.Equal(1, app.Log.Count(505));
        Assert.Equal(4, app.Log.Count(504));
        await app.Log.HasAsync("505 Warning: The entry orders-1 is taken back from others again and again: \"orders\" at 10.0.0.7, port 8443, \"orders\" at 10.0.0.9, port 8443. It is tried ever more seldom, up to each 30 s; give each process its own Consul:Service:Id.");
    }

    [Fact]
    public async Task Once_is_no_contest_however_often_taking_it_back_fails()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Denied, "403 Permission denied") : null);
        app.Agent.Saw("");
        app.Agent.Put(app.Agent.Services[0] with { Address = "10.0.0.9" });
        for (var i = 0; i < 8; i++)
            await app.UntilTakenBackAsync();
        app.Agent.Fail(null);

        Assert.InRange(await app.UntilTakenBackAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(31));
        await app.RestAsync();
        Assert.Equal((1, 0), (app.Log.Count(504), app.Log.Count(505)));
    }

    [Fact]
    public async Task Another_process_under_the_id_is_left_alone_by_a_stop()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Transient, "no leader") : null);
        app.Agent.Saw("");
        app.Agent.Put(app.Agent.Services[0] with { Address = "10.0.0.9" });
        await app.Agent.SeenAsync("register");

        Assert.True(await app.Registrar.LeaveAsync(CancellationToken.None));
        Assert.False(app.Agent.Saw("deregister"));
        await app.Log.HasAsync("513 Information: orders stops and leaves the entry orders-1 alone: another process has it now, at 10.0.0.9, port 8443.");
    }
}
