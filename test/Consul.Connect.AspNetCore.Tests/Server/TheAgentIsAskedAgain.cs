using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Intentions;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsulConnect.Tests.Server;

/// <summary>The provider <c>Agent</c>, and connections that stay open.</summary>
public sealed class TheAgentIsAskedAgain : IAsyncDisposable
{
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly ConnectMetrics _metrics = new("orders", null);
    private readonly List<(string Uri, TimeSpan At)> _asked = [];
    private readonly DateTimeOffset _start;
    private readonly PolicyAgent _agent;
    private Registering? _open;
    private volatile Func<string, AgentAnswer<AuthorizeVerdict>> _verdict = _ => PolicyAgent.Says(true, "", TimeSpan.Zero);

    public TheAgentIsAskedAgain()
    {
        _start = _time.GetUtcNow();
        _agent = new(_time)
        {
            Verdict = (uri, _) =>
            {
                // The probe asks about nobody.
                if (uri.Contains("/ns/default/", StringComparison.Ordinal))
                {
                    lock (_asked)
                        _asked.Add((uri, _time.GetUtcNow() - _start));
                }

                return Task.FromResult(_verdict(uri));
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is not null)
            await _open.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Each_five_seconds_about_each_identity_however_many_connections_it_has()
    {
        var open = await StartAsync();
        for (var i = 0; i < 20; i++)
            open.Open("web");

        await PassAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(Asked().Length, 9, 15);
    }

    [Fact]
    public async Task Never_more_than_fifty_times_a_second_and_about_everybody()
    {
        var open = await StartAsync();
        for (var i = 0; i < 400; i++)
            open.Open($"caller-{i}");

        await PassAsync(TimeSpan.FromSeconds(20));

        var asked = Asked();
        Assert.Equal(400, asked.Select(one => one.Uri).Distinct().Count());
        for (var i = 50; i < asked.Length; i++)
            Assert.True(asked[i].At - asked[i - 50].At >= TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1), $"{asked[i].At - asked[i - 50].At} for 50 calls");
    }

    [Fact]
    public async Task At_once_when_the_intentions_change_and_its_no_ends_the_connection()
    {
        var open = await StartAsync();
        var web = open.Open("web");
        _verdict = _ => PolicyAgent.Says(false, "Matched intention: DENY", TimeSpan.Zero);

        _agent.Set(Policy.Deny("web"));

        await web.UntilCloseRequested();
        Assert.Equal(TimeSpan.Zero, Asked()[^1].At);
        Assert.Equal(DecisionReason.Intention, web.Mesh.Refused?.Reason);
    }

    [Fact]
    public async Task And_no_verdict_from_before_a_change_answers_after_it()
    {
        var open = await StartAsync();
        var web = open.Open("web");
        Assert.True((await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None)).Allowed);
        _verdict = _ => PolicyAgent.Says(false, "Matched intention: DENY", TimeSpan.Zero);

        // Within the 250 ms of the verdict, on a clock that stands.
        _agent.Set(Policy.Deny("web"));
        await web.UntilCloseRequested();

        Assert.False((await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None)).Allowed);
    }

    [Fact]
    public async Task Once_more_a_second_after_a_change_because_its_own_cache_follows_later()
    {
        var open = await StartAsync();
        var web = open.Open("web");
        _agent.Forget();
        _agent.Set(Policy.Deny("web"));
        await _agent.Until("authorize");
        _verdict = _ => PolicyAgent.Says(false, "Matched intention: DENY", TimeSpan.Zero);

        await PassAsync(TimeSpan.FromSeconds(1.1));

        await EndsAsync(web);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(30)]
    [Trait("Case", "L4-036")]
    public async Task That_it_fails_keeps_what_is_open_up_to_the_bound_and_refuses_what_is_new(int? bound)
    {
        var open = await StartAsync(bound is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        Assert.True((await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None)).Allowed);
        var web = open.Open("web");
        _verdict = _ => throw new AgentException(AgentFault.Denied, "403 ACL not found");

        await PassAsync(TimeSpan.FromSeconds(25));
        Assert.Null(web.Mesh.Refused);
        var refused = await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None);
        Assert.Equal((false, DecisionReason.Unknown), (refused.Allowed, refused.Reason));

        await PassAsync(TimeSpan.FromSeconds(15));
        if (bound is not null)
            await EndsAsync(web);
        Assert.Equal(bound is null ? null : DecisionReason.Stale, web.Mesh.Refused?.Reason);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(null)]
    [Trait("Case", "L4-034")]
    public async Task Its_old_allow_counts_by_its_age(int? bound)
    {
        var open = await StartAsync(bound is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        var web = open.Open("web");
        var hung = _time.GetUtcNow();
        // Servers that hang show for the first time after 35 s.
        _verdict = _ => PolicyAgent.Says(true, "", _time.GetUtcNow() - hung is var since && since > TimeSpan.FromSeconds(35) ? since : TimeSpan.Zero);

        await PassAsync(TimeSpan.FromSeconds(55));
        Assert.Null(web.Mesh.Refused);

        await PassAsync(TimeSpan.FromSeconds(15));
        if (bound is not null)
            await EndsAsync(web);
        Assert.Equal(bound is null ? null : DecisionReason.Stale, web.Mesh.Refused?.Reason);
        Assert.Equal(bound is null, (await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None)).Allowed);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(null, true)]
    [Trait("Case", "L4-035")]
    public async Task Servers_that_are_gone_for_an_hour_end_it_by_the_bound_alone(int? minutes, bool keeps)
    {
        var open = await StartAsync(minutes is { } bound ? TimeSpan.FromMinutes(bound) : null);
        var web = open.Open("web");
        _verdict = uri => PolicyAgent.Says(!uri.EndsWith("/cron", StringComparison.Ordinal), "", TimeSpan.FromHours(1));

        await PassAsync(TimeSpan.FromSeconds(6));
        if (!keeps)
            await EndsAsync(web);

        Assert.Equal(keeps, web.Mesh.Refused is null);
        Assert.Equal(keeps, (await open.Authorizer.DecideAsync(Policy.Caller("web"), ConnectionKind.Http, CancellationToken.None)).Allowed);
        // An old no is still a no.
        Assert.Equal((false, DecisionReason.Intention), await open.Authorizer.DecideAsync(Policy.Caller("cron"), ConnectionKind.Http, CancellationToken.None) is var no ? (no.Allowed, no.Reason) : default);
    }

    private async Task<Registering> StartAsync(TimeSpan? maxStaleness = null)
    {
        var options = new ConnectAuthorizationOptions { MaxStaleness = maxStaleness };
        var authorizer = new AgentAuthorizer(new(_agent, _time, TimeSpan.FromSeconds(25), NullLogger.Instance, _metrics), "orders", options, () => Policy.Caller("orders"));
        _open = new(_time, authorizer, options);
        authorizer.Start();
        await _agent.Until("match waits");
        return _open;
    }

    private (string Uri, TimeSpan At)[] Asked()
    {
        lock (_asked)
            return [.. _asked];
    }

    // The loops may be a few steps behind the clock.
    private async Task EndsAsync(Registering.Opened connection)
    {
        for (var step = 0; step < 100 && !connection.CloseRequested.Task.IsCompleted; step++)
            await PassAsync(AskingRounds.Pace);
        await connection.UntilCloseRequested();
    }

    // In small steps, and after each what sleeps no more has gone on.
    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            _time.Advance(AskingRounds.Pace);
            // The two watches, the look at all connections and the rounds each wait for something again.
            await _time.WaitForTimersAsync(4);
        }
    }
}
