using ConsulConnect.Discovery;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Discovery;

/// <summary>What it says in the moment after an outage may be what it has not heard yet.</summary>
public sealed class TheAgentHasJustReturned : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly Settling _settling;
    private readonly List<string> _taken = [];

    public TheAgentHasJustReturned() => _settling = new(_time);

    [Fact]
    public void That_all_instances_are_gone_is_believed_only_after_a_while()
    {
        Return();

        Offer("none", losesAll: true);
        _time.Advance(Settling.Patience - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_taken);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["none"], _taken);
    }

    [Fact]
    public void A_better_answer_takes_its_place()
    {
        Return();

        Offer("none", losesAll: true);
        Offer("some", losesAll: false);
        _time.Advance(Settling.Patience * 2);

        Assert.Equal(["some"], _taken);
    }

    [Fact]
    public void A_worse_one_does_not_begin_the_wait_again()
    {
        Return();

        Offer("none", losesAll: true);
        _time.Advance(Settling.Patience / 2);
        Offer("none at all", losesAll: true);
        _time.Advance(Settling.Patience / 2);

        Assert.Equal(["none at all"], _taken);
    }

    [Fact]
    public void Fewer_instances_are_believed_at_once()
    {
        Return();
        Offer("fewer", losesAll: false);
        Assert.Equal(["fewer"], _taken);
    }

    [Fact]
    public void Without_an_outage_and_long_after_one_everything_is_believed_at_once()
    {
        _settling.Answered();
        Offer("none", losesAll: true);

        Return();
        _settling.Answered();
        _time.Advance(Settling.Patience);
        Offer("none again", losesAll: true);

        Assert.Equal(["none", "none again"], _taken);
    }

    [Fact]
    public async Task Nothing_is_taken_after_the_end()
    {
        Return();
        Offer("none", losesAll: true);

        await _settling.DisposeAsync();
        _time.Advance(Settling.Patience * 2);

        Assert.Empty(_taken);
    }

    public ValueTask DisposeAsync() => _settling.DisposeAsync();

    private void Return()
    {
        _settling.Failed();
        _settling.Answered();
    }

    private void Offer(string what, bool losesAll) => _settling.Offer(losesAll, () => _taken.Add(what));
}
