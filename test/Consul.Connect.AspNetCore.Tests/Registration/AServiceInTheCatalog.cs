using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

public sealed class AServiceInTheCatalog : IAsyncDisposable
{
    private readonly RegisteredApp _app = new();

    private static AgentException Denied() => new(AgentFault.Denied, "PUT /v1/agent/service/register: 403 Permission denied; the token needs service:write on \"orders\"");

    private static AgentException Away() => new(AgentFault.Transient, "connection refused");

    [Fact]
    public async Task Is_registered_where_it_is_bound_and_then_followed()
    {
        await _app.StartedAsync();
        await _app.Agent.SeenAsync("follow orders-1 h1");

        var entry = Assert.Single(_app.Agent.Services);
        Assert.Equal(("orders-1", "orders", "10.0.0.7", 8443), (entry.Id, entry.Name, entry.Address, entry.Port));
        Assert.Equal(["service:orders-1 passing"], _app.Agent.Checks);
        Assert.True(_app.Registrar.IsRegistered);
        Assert.Null(_app.Registrar.LastError);
        Assert.Equal(["500 Information: Registered orders as orders-1 at 10.0.0.7, port 8443."], _app.Log.Lines);
    }

    [Fact]
    public async Task Is_not_written_again_while_nothing_changes()
    {
        await _app.StartedAsync();
        for (var i = 0; i < 5; i++)
        {
            await _app.PassAsync(TimeSpan.FromMinutes(1));
            _app.Agent.LetWaitsElapse();
        }

        Assert.Equal(["register orders-1"], _app.Agent.Writes);
        Assert.Single(_app.Log.Lines);
    }

    [Fact]
    [Trait("Case", "REG-004")]
    public async Task Is_registered_again_at_once_when_someone_deregisters_it()
    {
        await _app.StartedAsync();
        var before = _app.Time.GetUtcNow();
        _app.Agent.Forget();
        await _app.Agent.SeenAsync("register orders-1");
        await _app.Agent.SeenAsync("register orders-1");
        Assert.Equal(before, _app.Time.GetUtcNow());

        await _app.RestAsync();
        Assert.Single(_app.Agent.Services);
        Assert.Contains(_app.Log.Lines, line => line.StartsWith("501 Information: Registered orders as orders-1 again: the agent no longer knew it", StringComparison.Ordinal));
        await _app.UntilAsync("follow orders-1 h1");
        Assert.True(_app.Registrar.IsRegistered);
    }

    [Fact]
    public async Task Is_registered_again_within_2_s_of_an_agents_return()
    {
        await _app.StartedAsync();
        _app.Agent.Fail(_ => Away());
        await _app.PassAsync(TimeSpan.FromMinutes(1));
        _app.Agent.Forget();
        _app.Agent.Fail(null);
        _app.Agent.Saw("");

        Assert.InRange(await _app.UntilAsync("register orders-1"), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Waits_for_an_agent_that_is_not_there_yet()
    {
        _app.Agent.Fail(_ => Away());
        _app.Start();
        await _app.Agent.SeenAsync("follow");
        await _app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
        Assert.False(_app.Registrar.IsRegistered);
        Assert.Equal("connection refused", _app.Registrar.LastError);

        _app.Agent.Fail(null);
        _app.Time.Advance(TimeSpan.FromSeconds(2));
        await _app.RestAsync();
        Assert.True(_app.Registrar.IsRegistered);
    }

    [Fact]
    [Trait("Case", "REG-002")]
    public async Task Says_a_refusal_once_and_tries_ever_more_seldom()
    {
        _app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? Denied() : null);
        _app.Start();
        foreach (var pause in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            await _app.Agent.SeenAsync("register");
            // The pause, and what looks now and then.
            await _app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
            Assert.Equal(TimeSpan.FromSeconds(pause), _app.Time.AdvanceToNext());
        }

        await _app.Agent.SeenAsync("register");
        await _app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
        var line = Assert.Single(_app.Log.Lines);
        Assert.Contains("the token needs service:write on \"orders\"", line, StringComparison.Ordinal);
        Assert.Contains("the token needs service:write on \"orders\"", _app.Registrar.LastError, StringComparison.Ordinal);

        _app.Agent.Fail(null);
        _app.Time.AdvanceToNext();
        await _app.RestAsync();
        Assert.Equal(1, _app.Log.Count(500));
    }

    [Fact]
    public async Task Says_once_what_only_the_agent_can_refuse()
    {
        _app.Agent.Fail(call => call.StartsWith("register", StringComparison.Ordinal) ? new(AgentFault.Permanent, "PUT /v1/agent/service/register: 400 Invalid check: TTL too odd") : null);
        _app.Start();
        for (var i = 0; i < 4; i++)
        {
            await _app.Agent.SeenAsync("register");
            await _app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);
            _app.Time.AdvanceToNext();
        }

        Assert.Contains("400 Invalid check: TTL too odd", Assert.Single(_app.Log.Lines), StringComparison.Ordinal);
        Assert.False(await _app.Registrar.LeaveAsync(CancellationToken.None));
        Assert.False(_app.Agent.Saw("deregister"));
    }

    [Fact]
    public async Task Costs_the_agent_a_call_in_5_s_while_nothing_changes()
    {
        await _app.StartedAsync();
        _app.Agent.Saw("");
        await _app.PassAsync(TimeSpan.FromMinutes(10));

        // 6 reports and 6 looks at the checks a minute; the token and the protocol seldom.
        Assert.InRange(_app.Agent.CountNew(), 100, 125);
    }

    [Fact]
    public async Task Can_be_waited_for()
    {
        _app.Agent.Hang("register");
        _app.Start();
        await _app.Agent.SeenAsync("register");
        var wait = _app.Registrar.WaitAsync(CancellationToken.None);
        Assert.False(wait.IsCompleted);

        _app.Agent.Hang(null);
        _app.Agent.ChangeToken();
        await _app.UntilAsync(wait);
        await wait.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(_app.Registrar.IsRegistered);
    }

    [Fact]
    public async Task Is_handed_over_to_a_new_token()
    {
        await _app.StartedAsync();
        _app.Agent.ChangeToken();

        await _app.Agent.SeenAsync("register orders-1");
        await _app.Agent.SeenAsync("register orders-1");
        await _app.Agent.SeenAsync("follow orders-1 h1");
        await _app.Log.HasAsync("501 Information: Registered orders as orders-1 again: the token or a file in Consul:Tls has changed.");
    }

    [Fact]
    public async Task Is_gone_after_a_stop_and_does_not_come_back()
    {
        await _app.StartedAsync();
        Assert.True(await _app.Registrar.LeaveAsync(CancellationToken.None));

        Assert.Equal(["register orders-1", "deregister orders-1"], _app.Agent.Writes);
        Assert.Empty(_app.Agent.Services);
        Assert.False(_app.Registrar.IsRegistered);
        await _app.Log.HasAsync("502 Information: Deregistered orders, which was orders-1.");
        _app.Agent.Saw("");
        await _app.Registrar.DisposeAsync();
        Assert.Equal(0, _app.Time.Timers);
        Assert.True(_app.Agent.SawNothingMore());
    }

    [Fact]
    public async Task Is_deregistered_even_when_nobody_knows_whether_it_was_registered()
    {
        _app.Agent.Hang("register");
        _app.Start();
        await _app.Agent.SeenAsync("register");

        var stop = _app.Registrar.LeaveAsync(CancellationToken.None);
        await _app.UntilAsync(stop);
        Assert.True(await stop);
        Assert.True(_app.Agent.Saw("deregister orders-1"));
    }

    [Fact]
    public async Task Is_not_deregistered_before_the_agent_has_registered_it()
    {
        var slow = _app.Agent.DelayRegistrations();
        _app.Start();
        await _app.Agent.SeenAsync("register");

        var stop = _app.Registrar.LeaveAsync(CancellationToken.None);
        var isEarly = false;
        await Eventually.HoldsAsync("the answer is waited for", () => (isEarly = _app.Agent.Saw("deregister")) || _app.Time.NextDue <= TimeSpan.FromSeconds(1));
        slow.SetResult();
        Assert.True(await stop.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(isEarly);
        Assert.Empty(_app.Agent.Services);
    }

    [Fact]
    [Trait("Case", "REG-012")]
    public async Task Does_not_hold_up_a_stop_longer_than_2_s_while_it_is_registered_either()
    {
        _app.Agent.Hang("register");
        _app.Start();
        await _app.Agent.SeenAsync("register");
        _app.Agent.Hang();

        var stop = _app.Registrar.LeaveAsync(CancellationToken.None);
        Assert.Equal(TimeSpan.FromSeconds(2), await _app.UntilAsync(stop));
        Assert.True(await stop);
        Assert.True(_app.Agent.Saw("deregister orders-1"));
    }

    [Fact]
    [Trait("Case", "REG-012")]
    public async Task Does_not_hold_up_a_stop_longer_than_2_s()
    {
        await _app.StartedAsync();
        _app.Agent.Hang();
        var stop = _app.Registrar.LeaveAsync(CancellationToken.None);
        await _app.Agent.SeenAsync("deregister orders-1");
        await _app.Time.WaitForTimersAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(stop.IsCompleted);
        _app.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.True(await stop.WaitAsync(TimeSpan.FromSeconds(30)));
        await _app.Log.HasAsync("503 Warning: orders stops, but its entry orders-1 stays in the catalog: the agent did not answer in time. Remove it with: consul services deregister -id=orders-1");
    }

    [Fact]
    public async Task Does_not_hold_up_a_stop_while_the_apps_health_hangs()
    {
        _app.Health.Hangs = true;
        _app.Start();
        await _app.Agent.SeenAsync("follow");
        await _app.Time.WaitForTimersAsync(RegisteredApp.TimersOfAPause);

        Assert.False(await _app.Registrar.LeaveAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    [Trait("Case", "REG-012")]
    public async Task Stays_behind_with_a_warning_when_the_agent_refuses_to_remove_it()
    {
        await _app.StartedAsync();
        _app.Agent.Fail(call => call.StartsWith("deregister", StringComparison.Ordinal) ? Away() : null);
        await _app.Registrar.LeaveAsync(CancellationToken.None);

        await _app.Log.HasAsync("503 Warning: orders stops, but its entry orders-1 stays in the catalog: connection refused. Remove it with: consul services deregister -id=orders-1");
    }

    [Fact]
    public async Task Is_left_alone_by_a_stop_that_follows_no_start()
    {
        Assert.False(await _app.Registrar.LeaveAsync(CancellationToken.None));

        Assert.True(_app.Agent.SawNothingMore());
        Assert.Empty(_app.Log.Lines);
    }

    [Fact]
    public async Task Cannot_be_started_twice()
    {
        await _app.StartedAsync();

        Assert.Throws<InvalidOperationException>(_app.Start);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
