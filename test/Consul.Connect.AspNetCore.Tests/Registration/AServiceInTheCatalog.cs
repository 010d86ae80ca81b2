using System.Net;
using ConsulConnect.Agent;
using ConsulConnect.Registration;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

public sealed class AServiceInTheCatalog : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly CatalogAgent _agent = new();
    private readonly RecordedLog _log = new();
    private readonly ConnectMetrics _metrics = new("orders", null);
    private readonly ServiceRegistrar _registrar;

    public AServiceInTheCatalog() => _registrar = new(
        new AgentLink(_agent, _time, TimeSpan.FromSeconds(25), _log, _metrics),
        new ConsulConnectOptions { Service = new() { Name = "orders", Id = "orders-1" } },
        new AlwaysReady());

    private void Start() => _registrar.Start(() => new(IPAddress.Parse("10.0.0.7"), 8443));

    /// <summary>Until the registrar waits for news of its entry.</summary>
    private async Task StartAndSettleAsync()
    {
        Start();
        await _agent.SeenAsync("follow orders-1 h1");
    }

    private static AgentException Denied() => new(AgentFault.Denied, "PUT /v1/agent/service/register: 403 Permission denied; the token needs service:write on \"orders\"");

    private static AgentException Away() => new(AgentFault.Transient, "connection refused");

    [Fact]
    public async Task Is_registered_where_it_is_bound_and_then_followed()
    {
        await StartAndSettleAsync();

        var entry = Assert.Single(_agent.Services);
        Assert.Equal(("orders-1", "orders", "10.0.0.7", 8443), (entry.Id, entry.Name, entry.Address, entry.Port));
        Assert.True(_registrar.IsRegistered);
        Assert.Null(_registrar.LastError);
        Assert.Equal(["500 Information: Registered orders as orders-1 at 10.0.0.7, port 8443."], _log.Lines);
    }

    [Fact]
    public async Task Is_not_registered_again_while_the_agent_knows_it()
    {
        await StartAndSettleAsync();
        _agent.LetWaitsElapse();
        await _agent.SeenAsync("follow orders-1 h1");
        _agent.LetWaitsElapse();

        Assert.StartsWith("follow", await _agent.SeenAsync(""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_registered_again_at_once_when_someone_deregisters_it()
    {
        await StartAndSettleAsync();
        var before = _time.GetUtcNow();
        _agent.Forget();
        await _agent.SeenAsync("register orders-1");
        Assert.Equal(before, _time.GetUtcNow());

        await _time.WaitForTimersAsync();
        Assert.Single(_agent.Services);
        Assert.Contains("501 Information: Registered orders as orders-1 again: the agent no longer knew it.", _log.Lines);
        _time.AdvanceToNext();
        await _agent.SeenAsync("follow orders-1 h1");
        Assert.True(_registrar.IsRegistered);
    }

    [Fact]
    public async Task Is_registered_again_within_2_s_of_an_agents_return()
    {
        await StartAndSettleAsync();
        _agent.Fail(_ => Away());
        for (var i = 0; i < 10; i++)
        {
            await _time.WaitForTimersAsync();
            _time.AdvanceToNext();
            await _agent.SeenAsync("follow");
        }

        await _time.WaitForTimersAsync();
        _agent.Forget();
        _agent.Fail(null);
        Assert.InRange(_time.AdvanceToNext(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await _agent.SeenAsync("register orders-1");
    }

    [Fact]
    public async Task Waits_for_an_agent_that_is_not_there_yet()
    {
        _agent.Fail(_ => Away());
        Start();
        await _agent.SeenAsync("register");
        await _time.WaitForTimersAsync();
        Assert.False(_registrar.IsRegistered);
        Assert.Equal("connection refused", _registrar.LastError);

        _agent.Fail(null);
        _time.AdvanceToNext();
        await _agent.SeenAsync("follow orders-1 h1");
        Assert.True(_registrar.IsRegistered);
    }

    [Fact]
    public async Task Says_a_refusal_once_and_tries_ever_more_seldom()
    {
        _agent.Fail(_ => Denied());
        Start();
        foreach (var pause in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            await _agent.SeenAsync("register");
            await _time.WaitForTimersAsync();
            Assert.Equal(TimeSpan.FromSeconds(pause), _time.AdvanceToNext());
        }

        await _agent.SeenAsync("register");
        await _time.WaitForTimersAsync();
        var line = Assert.Single(_log.Lines);
        Assert.Contains("the token needs service:write on \"orders\"", line, StringComparison.Ordinal);

        _agent.Fail(null);
        _time.AdvanceToNext();
        await _agent.SeenAsync("follow orders-1 h1");
        Assert.True(_registrar.IsRegistered);
        Assert.Equal(1, _log.Count(500));
    }

    [Fact]
    public async Task Is_handed_over_to_a_new_token()
    {
        await StartAndSettleAsync();
        _agent.ChangeToken();

        await _agent.SeenAsync("register orders-1");
        await _agent.SeenAsync("follow orders-1 h1");
        Assert.Contains("501 Information: Registered orders as orders-1 again: the token or a file in Consul:Tls has changed.", _log.Lines);
    }

    [Fact]
    public async Task Is_gone_after_a_stop_and_does_not_come_back()
    {
        await StartAndSettleAsync();
        await _registrar.LeaveAsync(CancellationToken.None);

        Assert.Equal("deregister orders-1", await _agent.SeenAsync(""));
        Assert.Empty(_agent.Services);
        Assert.False(_registrar.IsRegistered);
        Assert.Contains("502 Information: Deregistered orders, which was orders-1.", _log.Lines);
        await _registrar.DisposeAsync();
        Assert.True(_agent.SawNothingMore());
    }

    [Fact]
    public async Task Is_deregistered_even_when_nobody_knows_whether_it_was_registered()
    {
        _agent.Hang();
        Start();
        await _agent.SeenAsync("register");
        var stop = _registrar.LeaveAsync(CancellationToken.None);
        await _agent.SeenAsync("deregister orders-1");
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(2));

        await stop;
    }

    [Fact]
    public async Task Does_not_hold_up_a_stop_longer_than_2_s()
    {
        await StartAndSettleAsync();
        _agent.Hang();
        var stop = _registrar.LeaveAsync(CancellationToken.None);
        await _agent.SeenAsync("deregister orders-1");
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(stop.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await stop.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("503 Warning: orders stops, but its entry orders-1 stays in the catalog: the agent did not answer in time. Remove it with: consul services deregister -id=orders-1", _log.Lines);
    }

    [Fact]
    public async Task Stays_behind_with_a_warning_when_the_agent_refuses_to_remove_it()
    {
        await StartAndSettleAsync();
        _agent.Fail(call => call.StartsWith("deregister", StringComparison.Ordinal) ? Away() : null);
        await _registrar.LeaveAsync(CancellationToken.None);

        Assert.Contains("503 Warning: orders stops, but its entry orders-1 stays in the catalog: connection refused. Remove it with: consul services deregister -id=orders-1", _log.Lines);
    }

    [Fact]
    public async Task Is_left_alone_by_a_stop_that_follows_no_start()
    {
        await _registrar.LeaveAsync(CancellationToken.None);

        Assert.True(_agent.SawNothingMore());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Cannot_be_started_twice()
    {
        await StartAndSettleAsync();

        Assert.Throws<InvalidOperationException>(Start);
    }

    public async ValueTask DisposeAsync()
    {
        await _registrar.DisposeAsync();
        _agent.Dispose();
        _metrics.Dispose();
    }
}
