using ConsulConnect.Configuration;

namespace ConsulConnect.Tests.Configuration;

public class DurationsInText
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData(" 30s ", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0.5h", 1_800_000)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("0s", 0)]
    [InlineData("00:00:30", 30_000)]
    [InlineData("0:01:30.5", 90_500)]
    [InlineData("24:00:00", 86_400_000)]
    public void A_unit_says_how_long(string text, long milliseconds)
    {
        Assert.Null(DurationText.Parse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("0")]
    [InlineData("1.5")]
    public void A_bare_number_is_refused_with_the_reason_and_the_form(string text) =>
        Assert.Equal(
            $"a number without a unit, which .NET would read as days; write \"{text}s\" for seconds, or another of the forms \"30s\", \"500ms\", \"1m30s\", \"1.5s\" or \"00:00:30\"",
            DurationText.Parse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("5d")]
    [InlineData("1,5s")]
    [InlineData("1..5s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("s")]
    [InlineData("5sm")]
    [InlineData("1m30")]
    [InlineData("1e3s")]
    [InlineData("00:30")]
    [InlineData("00:00:60")]
    [InlineData("00:60:00")]
    [InlineData("1.00:00:00")]
    [InlineData("-00:00:30")]
    [InlineData("999999999999h")]
    [InlineData("99999999999999999999s")]
    [InlineData("٣s")]
    public void Anything_else_is_refused(string text) =>
        Assert.Equal("not a duration; write \"30s\", \"500ms\", \"1m30s\", \"1.5s\" or \"00:00:30\"", DurationText.Parse(text, out _));

    [Theory]
    [InlineData(25_000, "25s")]
    [InlineData(500, "500ms")]
    [InlineData(90_000, "1m30s")]
    [InlineData(1_500, "1.5s")]
    [InlineData(600_000, "10m")]
    [InlineData(86_400_000, "24h")]
    [InlineData(3_723_004, "1h2m3.004s")]
    [InlineData(0, "0s")]
    [InlineData(-5_000, "-5s")]
    public void A_message_writes_it_the_same_way(long milliseconds, string text) =>
        Assert.Equal(text, DurationText.Write(TimeSpan.FromMilliseconds(milliseconds)));
}
