using System.Net;
using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

public sealed class TheDefinitionChanges
{
    [Fact]
    public async Task It_is_applied_with_one_line()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Registrar.Redefine(RegisteredApp.Define(definition =>
        {
            definition.Tags.Add("v2");
            definition.Meta["team"] = "sales";
        }));
        await app.Agent.SeenAsync("register orders-1");
        await app.Agent.SeenAsync("register orders-1");
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["v2"], app.Agent.Services[0].Tags);
        Assert.Equal("sales", app.Agent.Services[0].Meta["team"]);
        Assert.Equal(["register orders-1", "register orders-1"], app.Agent.Writes);
        Assert.Equal(["500 Information: Registered orders as orders-1 at 10.0.0.7, port 8443.", "501 Information: Registered orders as orders-1 again: its definition has changed."], app.Log.Lines);
    }

    [Fact]
    public async Task To_the_same_it_is_no_change()
    {
        await using var app = await new RegisteredApp(definition => definition.Meta["a"] = "1").StartedAsync();
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Meta["a"] = "1"));
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["register orders-1"], app.Agent.Writes);
        Assert.Single(app.Log.Lines);
    }

    [Fact]
    public async Task Its_old_checks_are_removed_by_their_ids()
    {
        await using var app = await new RegisteredApp(definition =>
        {
            definition.Checks.Add(new() { Id = "mine", Ttl = TimeSpan.FromSeconds(10) });
            definition.Checks.Add(new() { Ttl = TimeSpan.FromSeconds(20) });
        }).StartedAsync();
        app.Agent.Put(app.Agent.Services[0], new RegisteredCheck("disk", "passing", ""));
        app.Registrar.Redefine(RegisteredApp.Define(null));
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["disk passing", "service:orders-1 passing"], app.Agent.Checks);
        Assert.Equal(["register orders-1", "register orders-1", "remove mine", "remove service:orders-1:2"], app.Agent.Writes.Order(StringComparer.Ordinal));
        app.Agent.Saw("");
        await app.UntilAsync("update service:orders-1 ");
        Assert.Equal(TimeSpan.FromSeconds(10), await app.UntilAsync("update service:orders-1 "));
    }

    [Fact]
    public async Task What_others_see_of_it_before_the_agent_has_answered_is_no_surprise()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Agent.Answering = answer.Task;
        app.Agent.Saw("");
        app.Registrar.Redefine(RegisteredApp.Define(definition =>
        {
            definition.Port = 9443;
            definition.Checks.Add(new() { Id = "mine", Ttl = TimeSpan.FromSeconds(30) });
        }));
        await app.Agent.SeenAsync("register");
        await Eventually.HoldsAsync("the agent has it", () => app.Agent.Services[0].Port == 9443);
        for (var i = 0; i < 3; i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(10));
            await app.Agent.SeenAsync("checks");
        }

        Assert.True(app.Registrar.IsRegistered);
        answer.SetResult();
        await app.UntilAsync("remove service:orders-1");
        await app.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["register orders-1", "register orders-1", "remove service:orders-1"], app.Agent.Writes);
        Assert.Equal(0, app.Log.Count(507) + app.Log.Count(504));
    }

    [Fact]
    public async Task A_new_id_is_registered_before_the_old_one_is_removed()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Id = "orders-2"));
        await app.Agent.SeenAsync("deregister orders-1");
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["register orders-1", "register orders-2", "deregister orders-1"], app.Agent.Writes);
        Assert.Equal(["service:orders-2 passing"], app.Agent.Checks);
        Assert.True(app.Registrar.IsRegistered);
    }

    [Fact]
    public async Task An_old_id_that_could_not_be_removed_is_tried_again()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("deregister", StringComparison.Ordinal) ? new(AgentFault.Transient, "no leader") : null);
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Id = "orders-2"));
        await app.Agent.SeenAsync("deregister orders-1");
        app.Agent.Fail(null);
        await app.UntilAsync("deregister orders-1");
        await app.RestAsync();

        Assert.Equal("orders-2", Assert.Single(app.Agent.Services).Id);
        await app.Registrar.LeaveAsync(CancellationToken.None);
        Assert.Empty(app.Agent.Services);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task To_one_that_the_agent_refuses_the_one_before_is_kept_through_a_loss_and_a_new_token(bool losesIt)
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Refuses = registration => registration.Tags.Contains("bad") ? new(AgentFault.Permanent, "400 no") : null;
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("bad")));
        for (var i = 0; i < 5; i++)
            await app.UntilAsync("register");
        await app.Time.WaitForTimersAsync(RegisteredApp.TimersAtRest);
        var (before, accepted) = (app.Time.GetUtcNow(), app.Agent.Accepted);
        if (losesIt)
            app.Agent.Forget();
        else
            app.Agent.ChangeToken();

        await Eventually.HoldsAsync("it is registered as it was", () => app.Agent.Accepted == accepted + 1);
        Assert.Equal(before, app.Time.GetUtcNow());
        Assert.Empty(Assert.Single(app.Agent.Services).Tags);
        await app.Agent.SeenAsync("register");
        await app.Agent.SeenAsync("register");
        await Eventually.HoldsAsync("the refusal stands", () => app.Registrar.LastError == "400 no");
        Assert.True(app.Registrar.IsRegistered);
    }

    [Fact]
    public async Task Each_refusal_of_the_agent_is_said_in_its_words()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        foreach (var words in (string[])["400 no tag", "400 no script"])
        {
            app.Agent.Refuses = _ => new(AgentFault.Permanent, words);
            app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add(words)));
            await Eventually.HoldsAsync($"{words} is said", () => app.Log.Lines.Any(line => line.Contains(words, StringComparison.Ordinal)));
        }

        Assert.Equal(2, app.Log.Lines.Count(line => line.Contains("400 no", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_cannot_be_applied_changes_nothing()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Checks.Add(new() { Http = "https://localhost:8443/health", Interval = TimeSpan.FromSeconds(10) })));
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["register orders-1"], app.Agent.Writes);
        Assert.Equal(1, app.Log.Count(509));
    }

    [Fact]
    public async Task A_mended_definition_need_not_wait_until_the_refused_one_would_be_tried_again()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Permanent, "400 no") : null);
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("bad")));
        for (var i = 0; i < 5; i++)
            await app.UntilAsync("register");
        await app.Time.WaitForTimersAsync(RegisteredApp.TimersAtRest);
        Assert.Equal("400 no", app.Registrar.LastError);
        app.Agent.Fail(null);
        var before = app.Time.GetUtcNow();
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("good")));

        await app.Agent.SeenAsync("register");
        Assert.Equal(before, app.Time.GetUtcNow());
        await Eventually.HoldsAsync("all is well", () => app.Registrar.LastError is null);
    }

    [Fact]
    public async Task Taken_back_after_a_refusal_all_is_well_without_a_call()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Permanent, "400 no") : null);
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("bad")));
        await app.Agent.SeenAsync("register");
        await app.Agent.SeenAsync("register");
        await app.Time.WaitForTimersAsync(RegisteredApp.TimersAtRest);
        app.Registrar.Redefine(RegisteredApp.Define(null));
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Null(app.Registrar.LastError);
        Assert.Equal(2, app.Agent.Writes.Count);
    }

    [Fact]
    public async Task Before_the_start_it_is_what_the_start_registers()
    {
        await using var app = new RegisteredApp();
        app.Registrar.Redefine(RegisteredApp.Define(definition =>
        {
            definition.Name = "billing";
            definition.Tags.Add("v2");
        }));
        await app.StartedAsync();

        // The name is the certificate's too.
        Assert.Equal("orders", app.Agent.Services[0].Name);
        Assert.Equal(["v2"], app.Agent.Services[0].Tags);
        Assert.Single(app.Agent.Writes);
    }

    [Fact]
    public async Task Before_the_start_to_one_that_cannot_be_applied_the_one_before_is_registered()
    {
        await using var app = new RegisteredApp(definition => definition.Tags.Add("v1"));
        app.Registrar.Check(() => app.Listener);
        app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Checks.Add(new() { Grpc = "10.0.0.7:8443", Interval = TimeSpan.FromSeconds(10) })));
        await app.StartedAsync();

        Assert.Equal(["v1"], app.Agent.Services[0].Tags);
        Assert.Equal(1, app.Log.Count(509));
    }

    [Fact]
    public async Task A_listener_bound_anew_is_registered_within_a_second()
    {
        await using var app = await new RegisteredApp().StartedAsync();
        app.Listener = IPEndPoint.Parse("10.0.0.7:0");
        await app.PassAsync(TimeSpan.FromSeconds(5));
        app.Listener = IPEndPoint.Parse("10.0.0.8:9443");
        app.Agent.Saw("");

        Assert.InRange(await app.UntilAsync("register"), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await app.RestAsync();
        Assert.Equal(("10.0.0.8", 9443), (app.Agent.Services[0].Address, app.Agent.Services[0].Port));
        await app.Log.HasAsync("501 Information: Registered orders as orders-1 again: the mesh listener is bound to 10.0.0.8:9443 now.");
        Assert.Equal(2, app.Agent.Writes.Count);
    }

    [Fact]
    public async Task An_id_that_names_the_port_moves_with_it()
    {
        await using var app = await new RegisteredApp(definition => definition.Id = null).StartedAsync();
        var (old, machine) = (app.Agent.Services[0].Id, Environment.MachineName);
        Assert.Equal($"orders-{machine}-8443", old);
        app.Listener = IPEndPoint.Parse("10.0.0.7:9443");
        await app.UntilAsync($"deregister {old}");
        await app.RestAsync();

        Assert.Equal($"orders-{machine}-9443", Assert.Single(app.Agent.Services).Id);
    }

    [Fact]
    public async Task A_listener_that_is_not_bound_yet_is_waited_for()
    {
        await using var app = new RegisteredApp();
        app.Listener = new(IPAddress.Any, 0);
        app.Start();
        for (var i = 0; i < 5; i++)
        {
            await app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
            app.Time.AdvanceToNext();
        }

        Assert.Empty(app.Agent.Writes);
        app.Listener = new(IPAddress.Any, 8443);
        await app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
        app.Time.AdvanceToNext();
        await app.RestAsync();
        Assert.Equal(("", 8443), (app.Agent.Services[0].Address, app.Agent.Services[0].Port));
        await app.Log.HasAsync("500 Information: Registered orders as orders-1 at the address of the node, port 8443.");
    }
}
