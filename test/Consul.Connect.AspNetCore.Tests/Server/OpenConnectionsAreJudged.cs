using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Intentions;

namespace ConsulConnect.Tests.Server;

public sealed class OpenConnectionsAreJudged : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly TurnedAuthorizer _authorizer = new();
    private readonly Registering _open;

    // From the present, because certificates end by it.
    public OpenConnectionsAreJudged() => _open = new(new FakeTime(DateTimeOffset.UtcNow), _authorizer, new());

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    [Fact]
    public async Task Each_identity_once_however_many_connections_it_has()
    {
        foreach (var caller in (string[])["web", "billing", "cron"])
        {
            for (var i = 0; i < 100; i++)
                _open.Open(caller);
        }

        await _open.LooksAsync();
        var before = _authorizer.Decisions;
        await _open.LooksAsync();

        Assert.Equal(before + 3, _authorizer.Decisions);
    }

    [Fact]
    public async Task One_that_is_denied_is_refused_at_once_asked_to_close_and_aborted_by_the_grace()
    {
        var (web, billing) = (_open.Open("web"), _open.Open("billing"));
        Deny("web");

        await web.UntilCloseRequested();
        Assert.Equal("no", web.Mesh.Refused?.Explanation);
        _open.Time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        await _open.LooksAsync();
        Assert.False(web.Aborted.Task.IsCompleted);

        _open.Time.Advance(TimeSpan.FromMilliseconds(1));
        await _open.LooksAsync();
        await web.UntilAborted();
        Assert.Null(billing.Mesh.Refused);
        Assert.False(billing.CloseRequested.Task.IsCompleted);
    }

    [Fact]
    public async Task What_is_refused_on_it_is_refused_for_the_connection_and_not_by_a_permission()
    {
        var web = _open.Open("web");
        _authorizer.Connections = (_, _) => TurnedAuthorizer.No with { Reason = DecisionReason.DefaultPolicy, IsPerRequest = true };
        _authorizer.Turn();

        await web.UntilCloseRequested();

        // Else it would be audited, or left to endpoints.
        Assert.False(web.Mesh.Refused?.IsPerRequest);
    }

    [Fact]
    public async Task One_that_has_ended_by_itself_is_left_alone()
    {
        var web = _open.Open("web");
        Deny("web");
        await web.UntilCloseRequested();
        web.Entered.Dispose();

        _open.Time.Advance(Grace);
        await _open.LooksAsync();

        Assert.False(web.Aborted.Task.IsCompleted);
        Assert.Equal(0, _open.Registry.Count);
    }

    [Fact]
    public async Task What_changed_while_one_was_let_in_is_judged_again()
    {
        var generation = _open.Registry.Generation;
        Deny("web");

        var late = _open.Open("web", generation: generation);

        await late.UntilCloseRequested();
    }

    [Fact]
    public async Task One_let_in_by_what_holds_now_is_not_closed_for_what_held_before()
    {
        var deciding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _open.Open("web");
        await _open.LooksAsync();
        _authorizer.Connections = (_, _) =>
        {
            deciding.TrySetResult();
            entered.Task.Wait(TimeSpan.FromSeconds(30));
            return TurnedAuthorizer.No;
        };
        _authorizer.Turn();
        await deciding.Task;
        _authorizer.Connections = (_, _) => TurnedAuthorizer.Yes;
        var second = _open.Open("web");
        entered.SetResult();

        await first.UntilCloseRequested();
        await _open.LooksAsync();
        Assert.Null(second.Mesh.Refused);
    }

    [Fact]
    public async Task By_what_it_carries()
    {
        var (http, raw) = (_open.Open("web"), _open.Open("web", ConnectionKind.Raw));
        _authorizer.Connections = (_, kind) => kind == ConnectionKind.Raw ? TurnedAuthorizer.No : TurnedAuthorizer.Yes;
        _authorizer.Turn();

        await raw.UntilCloseRequested();
        await _open.LooksAsync();
        Assert.Null(http.Mesh.Refused);
    }

    [Fact]
    public async Task Within_a_second_also_of_what_nobody_says()
    {
        var web = _open.Open("web");
        await _open.LooksAsync();
        _authorizer.Connections = (_, _) => TurnedAuthorizer.No with { Reason = DecisionReason.Stale };

        _open.Time.Advance(ConnectionSweep.Tick);

        await web.UntilCloseRequested();
        Assert.Equal(DecisionReason.Stale, web.Mesh.Refused?.Reason);
    }

    [Fact]
    public async Task And_one_that_cannot_be_judged_keeps_no_other_from_being()
    {
        var web = _open.Open("web");
        _open.Open("billing");
        _authorizer.Connections = (caller, _) => caller.Service == "web" ? TurnedAuthorizer.No : throw new InvalidOperationException("a bug");
        _authorizer.Turn();

        await web.UntilCloseRequested();
    }

    [Fact]
    public async Task Without_our_own_certificate_all_end()
    {
        var web = _open.Open("web");
        await _open.LooksAsync();

        _open.Credentials.Turn(null);
        _open.Time.Advance(ConnectionSweep.Tick);

        await web.UntilCloseRequested();
        Assert.Equal(DecisionReason.Stale, web.Mesh.Refused?.Reason);
    }

    [Fact]
    public void Past_the_end_of_our_own_certificate_a_request_is_refused_that_very_moment()
    {
        var bound = new LeafBoundAuthorizer(_authorizer, _open.Credentials, "orders", _open.Time);
        var request = new RequestView("GET", "/", "", "https", new WireRequest());
        Assert.True(bound.Decide(Policy.Caller("web"), request).Allowed);

        _open.Time.Advance(_open.Credentials.Current!.NotAfter - _open.Time.GetUtcNow());

        Assert.Equal((false, DecisionReason.Stale), bound.Decide(Policy.Caller("web"), request) is var past ? (past.Allowed, past.Reason) : default);
    }

    [Fact]
    public async Task After_an_hour_or_so_they_are_asked_to_close_and_never_aborted()
    {
        var opened = Enumerable.Range(0, 50).Select(_ => _open.Open("web")).ToArray();
        await _open.LooksAsync();

        _open.Time.Jump(ConnectionRegistry.Lifetime * 0.89);
        await _open.LooksAsync();
        Assert.All(opened, one => Assert.False(one.CloseRequested.Task.IsCompleted));

        _open.Time.Jump(ConnectionRegistry.Lifetime * 0.11);
        await _open.LooksAsync();
        Assert.InRange(opened.Count(one => one.CloseRequested.Task.IsCompleted), 5, 45);

        _open.Time.Jump(ConnectionRegistry.Lifetime * 0.11);
        await Task.WhenAll(opened.Select(one => one.UntilCloseRequested()));
        _open.Time.Jump(Grace * 2);
        await _open.LooksAsync();
        Assert.All(opened, one => Assert.False(one.Aborted.Task.IsCompleted));
        Assert.All(opened, one => Assert.Null(one.Mesh.Refused));
    }

    [Fact]
    public async Task When_nobody_judges_any_more_all_end()
    {
        var web = _open.Open("web");

        await _open.Registry.DisposeAsync();

        await web.UntilAborted();
    }

    private void Deny(string service)
    {
        _authorizer.Connections = (caller, _) => caller.Service == service ? TurnedAuthorizer.No : TurnedAuthorizer.Yes;
        _authorizer.Turn();
    }
}
