using System.Diagnostics;
using ConsulConnect.Intentions;
using Xunit.Abstractions;

namespace ConsulConnect.Tests.Reference;

/// <summary>What holds for the canonical path of every target.</summary>
public class TheCanonicalTarget(ITestOutputHelper output)
{
    [Fact]
    public void Is_canonical_itself_has_no_dot_segments_and_is_at_most_three_times_as_long()
    {
        var replay = new Replay(output);
        var dice = replay.Dice(0);
        var generator = new RequestGenerator(dice);
        var read = 0;
        for (var i = 0; i < Replay.Pairs(20_000); i++)
        {
            var target = generator.Nearly(generator.Request([]).Target);
            if (dice.OneIn(4))
                target += dice.Pick("\"", "<>", "^", "{|}", "`");
            var merges = dice.OneIn(2);
            if (Canonical(target, merges) is not { } path)
                continue;

            read++;
            Assert.True(Canonical(path, merges) == path, $"{target} becomes {path}, and that {Canonical(path, merges)}");
            Assert.True(path.StartsWith('/') && !path.Split('/').Any(segment => segment is "." or ".."), $"{target} becomes {path}");
            Assert.InRange(path.Length, 1, 3 * target.Length);
        }

        Assert.True(read > 1_000);
    }

    [Theory]
    [InlineData("/%2e%2e")]
    [InlineData("%2e")]
    [InlineData("/..")]
    [InlineData("/a/../b")]
    [InlineData("/x;a%20\"")]
    [InlineData("%C3%A4")]
    [InlineData("//")]
    [Trait("Case", "L7P-064")]
    [Trait("Case", "L7P-065")]
    public void Takes_time_linear_in_the_length(string part)
    {
        var (shorter, longer) = (Fastest("/" + Repeat(part, 80)), Fastest("/" + Repeat(part, 8_000)));

        // A hundred times as long: what is quadratic takes ten thousand times as much.
        Assert.True(longer < 1_000 * (shorter + TimeSpan.FromMicroseconds(1)), $"{shorter} became {longer}");
    }

    private static string Repeat(string part, int escapes) => string.Concat(Enumerable.Repeat(part, escapes));

    private static TimeSpan Fastest(string target) => Enumerable.Range(0, 20).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        Canonical(target, merges: true);
        return Stopwatch.GetElapsedTime(start);
    });

    private static string? Canonical(string target, bool merges)
    {
        var view = new GeneratedRequest("GET", target, "web", []).View;
        var state = new RequestState(in view, new() { MergeSlashes = merges, EscapedSlashes = EscapedSlashes.Keep });
        try
        {
            return state.Read(aboutPaths: true) == TargetFault.None ? state.Path.ToString() : null;
        }
        finally
        {
            state.Dispose();
        }
    }
}
