using ConsulConnect.Registration;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Registration;

public class TheTakeBackPace
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Is_at_once_then_each_second_and_slows_down_in_a_contest()
    {
        var pace = new TakeBackPace(_time);
        int[] expected = [0, 1, 1, 1, 1, 2, 4, 8, 16, 30, 30];
        foreach (var (index, seconds) in expected.Index())
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), pace.Next());
            Assert.Equal(index >= 4, pace.IsContest);
            Assert.Equal(index == 4, pace.SayContest());
            _time.Advance(TimeSpan.FromSeconds(seconds + 1));
        }
    }

    [Fact]
    public void Begins_anew_after_a_calm_time()
    {
        var pace = new TakeBackPace(_time);
        for (var i = 0; i < 8; i++)
            pace.Next();
        _time.Advance(TimeSpan.FromSeconds(91));

        Assert.Equal(TimeSpan.Zero, pace.Next());
        Assert.False(pace.IsContest);
        Assert.False(pace.SayContest());
    }

    [Fact]
    public void Says_a_contest_later_when_it_could_not_when_it_began_and_once_more_in_the_next_one()
    {
        var pace = new TakeBackPace(_time);
        for (var i = 0; i < 7; i++)
            pace.Next();
        Assert.Equal((true, false), (pace.SayContest(), pace.SayContest()));

        _time.Advance(TimeSpan.FromSeconds(91));
        for (var i = 0; i < 5; i++)
            pace.Next();
        Assert.True(pace.SayContest());
    }
}
