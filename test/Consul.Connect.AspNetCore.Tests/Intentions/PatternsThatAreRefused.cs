using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class PatternsThatAreRefused
{
    [Theory]
    [Trait("Case", "L7H-023")]
    [InlineData("a{1001}", "{1001} at position 1 is no repeat of at most 1000")]
    [InlineData("a(?=b)", "a look-ahead, (?= at position 1, is not in RE2")]
    [InlineData("a(?!b)", "a look-ahead, (?! at position 1")]
    [InlineData("(?<=a)b", "a look-behind, (?<= at position 0")]
    [InlineData("(?<!a)b", "a look-behind, (?<! at position 0")]
    [InlineData(@"(a)\1", @"a backreference, \1 at position 3")]
    [InlineData(@"(?P<n>a)\k<n>", @"a backreference, \k at position 8")]
    [InlineData("(?P<n>a)(?P=n)", "a backreference, (?P= at position 8")]
    public void What_RE2_does_not_have_is_named(string pattern, string words) => Refused(pattern, words);

    [Theory]
    [InlineData("(?>a)", "an atomic group")]
    [InlineData("(?#a)", "a comment")]
    [InlineData("(?(1)a)", "a condition")]
    [InlineData("a++", "possessive")]
    [InlineData("a**", "doubled repeat")]
    [InlineData(@"\C", "stands for one byte")]
    [InlineData(@"\Z", @"\Z at position 0")]
    [InlineData(@"\G", @"\G at position 0")]
    [InlineData(@"\u0061", @"\u at position 0")]
    [InlineData(@"\é", @"\é at position 0")]
    [InlineData("[b-a]", "the range b-a")]
    [InlineData(@"[a-\d]", @"\d at position 3")]
    [InlineData("[[:foo:]]", "[:foo:] at position 1")]
    [InlineData("[a", "no closing bracket")]
    [InlineData(@"\p{Elvish}", "RE2's categories and scripts")]
    [InlineData(@"\x{110000}", @"\x at position 0")]
    [InlineData("(a", "a closing parenthesis is missing")]
    [InlineData("a)", "the closing parenthesis at position 1")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("a|*", "nothing to repeat")]
    [InlineData("a{3,2}", "{3,2} at position 1")]
    [InlineData("(a{100}){11}", "nested repeats of more than 1000")]
    [InlineData("(?P<n>a)(?P<n>b)", "two groups have the name n")]
    [InlineData("(?P<a-b>c)", "the group at position 0 has no name")]
    [InlineData("(?x)a", "(?x at position 0")]
    [InlineData("(?i-)a", "take away nothing")]
    [InlineData(@"a\", "ends with a backslash")]
    public void The_construct_is_named(string pattern, string words) => Refused(pattern, words);

    [Theory]
    [Trait("Case", "L7H-031")]
    [InlineData("((a{0,100}){0,100}){0,100}")]
    [InlineData("((((a{0,1000}b{0,1000}c{0,1000}))))")]
    [InlineData(@"(\pL{100}|\PL{100})")]
    public void What_would_explode_is_refused_before_anything_is_built(string pattern)
    {
        Refused(pattern, "");
        var (allocated, clock) = (GC.GetAllocatedBytesForCurrentThread(), System.Diagnostics.Stopwatch.StartNew());
        Refused(pattern, "");
        Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, 50);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10 << 20);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_pattern() => Refused("a\uD800", "half a surrogate pair");

    [Fact]
    public void Depth_and_length_have_bounds()
    {
        Refused(new string('(', 5000) + new string(')', 5000), "8192 characters");
        Refused(new string('(', 300) + new string(')', 300), "nested more than 200 deep");
        Refused(new string('a', 1501), "too large");
        Assert.True(Re2Pattern.TryCreate(new string('(', 200) + "a" + new string(')', 200), out var deep, out _));
        Assert.True(deep.IsMatch("a"));
    }

    private static void Refused(string pattern, string words)
    {
        Assert.False(Re2Pattern.TryCreate(pattern, out var compiled, out var problem));
        Assert.Null(compiled);
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }
}
