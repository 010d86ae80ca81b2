using ConsulConnect.Intentions;
using ConsulConnect.Server;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Intentions;

namespace ConsulConnect.Tests.Server;

/// <summary>A caller may have as many identities as it gets certificates for, and must not fill the log with them.</summary>
public sealed class ManyCallersAreRefused
{
    private readonly FakeTime _time = new();
    private readonly CallerLines _lines;

    public ManyCallersAreRefused() => _lines = new(_time);

    [Fact]
    public void One_has_one_line_a_minute_for_each_reason()
    {
        Assert.Equal((true, false, true), (IsDue("web"), IsDue("web"), IsDue("web", DecisionReason.DefaultPolicy)));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(IsDue("web"));
    }

    [Fact]
    public void A_thousand_have_no_more_lines_a_minute_than_are_remembered()
    {
        Assert.Equal(CallerLines.Remembered, Enumerable.Range(0, 1000).Count(i => IsDue($"caller-{i}")));
        Assert.False(IsDue("caller-0"));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CallerLines.Remembered, Enumerable.Range(0, 1000).Count(i => IsDue($"caller-{i}")));
    }

    private bool IsDue(string caller, DecisionReason reason = DecisionReason.Intention) => _lines.IsDue(Policy.Caller(caller), reason);
}
