using ConsulConnect.Server;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Server;

/// <summary>What is open is asked to end before the server stops, a share at a time.</summary>
public sealed class AStopDrains : IAsyncDisposable
{
    private static readonly TimeSpan Over = TimeSpan.FromSeconds(10);

    private readonly FakeTime _time = new();
    private readonly Registering _open;
    private readonly DateTimeOffset _began;

    public AStopDrains()
    {
        _open = new(_time, new TurnedAuthorizer(), new(), judges: false);
        _began = _time.GetUtcNow();
    }

    [Fact]
    public async Task Many_connections_are_asked_evenly_over_the_time()
    {
        var connections = Enumerable.Range(0, 1000).Select(_ => _open.Open("web")).ToList();
        var drain = DrainAsync();

        for (var second = 1; second < 10; second++)
        {
            await UntilAsync(TimeSpan.FromSeconds(second));
            Assert.InRange(connections.Count(IsAsked), (second * 100) - 20, (second * 100) + 20);
        }

        await UntilAsync(Over);
        await drain.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(connections, one => Assert.True(IsAsked(one)));
        Assert.All(connections, one => Assert.False(one.Aborted.Task.IsCompleted));
    }

    [Fact]
    public async Task Few_are_asked_at_once_and_the_drain_ends_with_the_last()
    {
        var connections = Enumerable.Range(0, 5).Select(_ => _open.Open("web")).ToList();
        var drain = DrainAsync();

        while (!drain.IsCompleted && _time.GetUtcNow() - _began < Over)
        {
            foreach (var asked in connections.Where(IsAsked))
                asked.Entered.Dispose();
            await StepAsync(drain);
        }

        await drain;
        Assert.InRange(_time.GetUtcNow() - _began, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task One_that_comes_meanwhile_may_make_its_call_and_is_asked_then()
    {
        var first = _open.Open("web");
        var drain = DrainAsync();
        await first.UntilCloseRequested();
        await StepAsync(drain);

        var second = _open.Open("web");
        await UntilAsync(ConnectionDrain.Grace);
        Assert.False(IsAsked(second));
        await UntilAsync(ConnectionDrain.Grace * 1.1);

        await second.UntilCloseRequested();
        Assert.False(drain.IsCompleted);
    }

    [Fact]
    public async Task One_that_comes_at_the_end_is_asked_at_the_end()
    {
        _open.Open("web");
        var drain = DrainAsync();
        await UntilAsync(Over * 0.95);

        var late = _open.Open("web");
        await UntilAsync(Over);

        await late.UntilCloseRequested();
    }

    [Fact]
    public async Task Nothing_open_is_nothing_to_wait_for() => await DrainAsync();

    [Fact]
    public async Task The_hosts_own_end_ends_it()
    {
        using var ended = new CancellationTokenSource();
        _open.Open("web");
        var drain = new ConnectionDrain(_open.Registry, _time).RunAsync(Over, ended.Token);

        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain);
    }

    public async ValueTask DisposeAsync() => await _open.DisposeAsync();

    private static bool IsAsked(Registering.Opened one) => one.CloseRequested.Task.IsCompleted;

    private Task DrainAsync() => new ConnectionDrain(_open.Registry, _time).RunAsync(Over, CancellationToken.None);

    private async Task UntilAsync(TimeSpan after)
    {
        while (_time.GetUtcNow() - _began < after)
            await StepAsync(null);
    }

    private async Task StepAsync(Task? drain)
    {
        await Task.WhenAny(_time.WaitForTimersAsync(), drain ?? Task.Delay(Timeout.Infinite));
        if (drain is not { IsCompleted: true })
            _time.AdvanceToNext();
    }
}
