using ConsulConnect.DevAgent.State;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.State;

public sealed class AWrite
{
    private static readonly string[] Orders = ["orders"];
    private readonly FakeTime _time = new();
    private readonly AgentState _state;
    private readonly Table<string> _table = new("before");

    public AWrite() => _state = new(_time);

    [Fact]
    public async Task It_wakes_those_who_wait_for_its_topic_and_nobody_else()
    {
        var start = Write("orders", "web");
        var orders = _state.WaitAsync(Orders, start, TimeSpan.FromMinutes(1), default);
        var web = _state.WaitAsync(["web"], start, TimeSpan.FromMinutes(1), default);
        var both = _state.WaitAsync(["web", "orders"], start, TimeSpan.FromMinutes(1), default);
        var index = Write("orders");
        Assert.Equal(index, await orders);
        Assert.Equal(index, await both);
        Assert.False(web.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(start, await web);
    }

    [Fact]
    public void It_stores_nothing_when_it_throws_or_touches_nothing()
    {
        var index = _state.Index;
        Assert.Throws<InvalidOperationException>(() => _state.Write(write =>
        {
            write.Set(_table, "after");
            write.Touch("orders");
            throw new InvalidOperationException();
        }));
        _state.Write(write => write.Set(_table, "after"));
        Assert.Equal("before", _table.Current);
        Assert.Equal(index, _state.Index);
        Assert.Equal(0UL, _state.IndexOf(Orders));
    }

    [Fact]
    public async Task An_index_ahead_waits_until_it_is_passed()
    {
        var waiting = _state.WaitAsync(Orders, Write("orders") + 1, TimeSpan.FromMinutes(1), default);
        Write("orders");
        Assert.False(waiting.IsCompleted);
        Assert.Equal(Write("orders"), await waiting);
    }

    [Fact]
    public async Task Whoever_goes_away_is_forgotten()
    {
        using var leaving = new CancellationTokenSource();
        var waiting = _state.WaitAsync(Orders, Write("orders"), TimeSpan.FromMinutes(1), leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, _time.Timers);
    }

    private ulong Write(params string[] topics) => _state.Write(write => write.Touch(topics));
}
