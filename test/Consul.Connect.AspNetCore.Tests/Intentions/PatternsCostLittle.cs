using System.Diagnostics;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class PatternsCostLittle
{
    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|aa)+b")]
    [InlineData("(a*)*b")]
    [InlineData(@"(a+\Ba*)+b")]
    [InlineData("(.*a){12}b")]
    public void Time_grows_as_the_text_does(string pattern)
    {
        var compiled = Read(pattern);
        var (small, large) = (new string('a', 250), new string('a', 2_000));
        compiled.IsMatch(large);

        // Eight times the text takes eight times the time; four times as much is left to a busy machine. The best of several
        // rounds, taken side by side. What backtracks would take 64 times the time, or would never end.
        var (smallest, largest) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < 60; round++)
            (smallest, largest) = (Min(smallest, Time(compiled, small)), Min(largest, Time(compiled, large)));

        Assert.InRange(largest / smallest, 0, 32);
    }

    [Theory]
    [InlineData("/admin", "/admin")]
    [InlineData("/admin/.*", "/admin/some/path")]
    [InlineData("/api/v[0-9]+/(users|orders)/[^/]+", "/api/v12/orders/4711")]
    [InlineData("/api/v[0-9]+/(users|orders)/[^/]+", "/api/v12/orders/größe")]
    [InlineData(@".*\badmin\b.*", "/some admin")]
    public void A_match_allocates_nothing(string pattern, string text)
    {
        var compiled = Read(pattern);
        for (var i = 0; i < 1000; i++)
            Assert.True(compiled.IsMatch(text) && compiled.IsMatchIgnoringCase(text) && !compiled.IsMatch("/nowhere"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = compiled.IsMatch(text) && compiled.IsMatchIgnoringCase(text) && compiled.IsMatch("/nowhere");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Ten_thousand_are_read_in_a_fifth_of_a_second()
    {
        string[] patterns = [.. Enumerable.Range(0, 10_000).Select(i => $"^/api/v[0-9]+/service-{i}/(users|orders)/[^/]+$")];
        Array.ForEach(patterns[..500], pattern => Read(pattern));

        // Hundred by hundred the best of several rounds, because other tests run beside this one.
        var sum = TimeSpan.Zero;
        foreach (var hundred in patterns.Chunk(100))
        {
            var best = TimeSpan.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var start = Stopwatch.GetTimestamp();
                foreach (var pattern in hundred)
                    Re2Pattern.TryCreate(pattern, out _, out _);
                best = Min(best, Stopwatch.GetElapsedTime(start));
            }

            sum += best;
        }

        Assert.InRange(sum.TotalMilliseconds, 0, 200);
    }

    [Fact]
    public void Threads_share_one()
    {
        var compiled = Read(@"/(a|b)+/\b[a-z]+|/(a|b)*/[0-9]+");
        Parallel.For(0, 5000, i =>
        {
            Assert.True(compiled.IsMatch("/abab/x"));
            Assert.True(compiled.IsMatchIgnoringCase("/ABAB/" + i));
            Assert.False(compiled.IsMatch("/abab/\u0663"));
        });
    }

    private static TimeSpan Time(Re2Pattern pattern, string text)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.False(pattern.IsMatch(text));
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static Re2Pattern Read(string pattern)
    {
        Assert.True(Re2Pattern.TryCreate(pattern, out var compiled, out var problem), problem);
        return compiled;
    }
}
