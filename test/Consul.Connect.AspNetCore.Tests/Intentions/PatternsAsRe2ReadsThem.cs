using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Where RE2 and the runtime read the same pattern differently, RE2 is right. Every answer here was RE2's.</summary>
public class PatternsAsRe2ReadsThem
{
    [Theory]
    [Trait("Case", "L7H-024")]
    [InlineData("[[:alpha:]]+", "abc", true)]
    [InlineData("[[:alpha:]]+", "h]", false)]
    [InlineData("[[:^alpha:]]", "1", true)]
    [InlineData("[[:word:]-]+", "a-b_9", true)]
    public void A_POSIX_name_is_a_class(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData("[a-z-[aeiou]]", "b]", true)]
    [InlineData("[a-z-[aeiou]]", "b", false)]
    [InlineData("[a-z-[aeiou]]", "[]", true)]
    public void Nothing_is_subtracted_from_a_class(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [Trait("Case", "L7H-026")]
    [InlineData(@"/v\d+", "/v12", true)]
    [InlineData(@"/v\d+", "/v\u0661\u0662", false)]
    [InlineData(@"\w", "é", false)]
    [InlineData(@"\W", "é", true)]
    [InlineData(@"\s", "\u00A0", false)]
    [InlineData(@"\s", "\v", false)]
    [InlineData("[[:space:]]", "\v", true)]
    [InlineData(@"é\b\.", "é.", false)]
    [InlineData(@"é\ba", "éa", true)]
    public void Letters_of_classes_speak_of_ASCII_alone(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [Trait("Case", "L7H-027")]
    [InlineData("(?i)s", "\u017F", true)]
    [InlineData("(?i)k", "\u212A", true)]
    [InlineData("(?i)\u212A", "k", true)]
    [InlineData("(?i)[^k]", "\u212A", false)]
    [InlineData(@"(?i)\w", "\u017F", true)]
    [InlineData(@"(?i)\W", "\u017F", false)]
    [InlineData("(?i)i", "\u0131", false)]
    [InlineData("(?i)i", "\u0130", false)]
    [InlineData("(?i)ß", "ẞ", true)]
    [InlineData("(?i)\U00010400", "\U00010428", true)]
    [InlineData("(?i)a(?-i)b", "Ab", true)]
    [InlineData("(?i)a(?-i)b", "AB", false)]
    [InlineData("(?i:a)b", "AB", false)]
    [InlineData("a(?i)b|c", "C", true)]
    public void Case_is_ignored_as_Unicode_folds_single_characters(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [Trait("Case", "L7H-028")]
    [InlineData("^/a|/b$", "/x/b", false)]
    [InlineData("^/a|/b$", "/b", true)]
    [InlineData("/a|/ab", "/ab", true)]
    public void The_whole_text_matches_the_whole_alternation(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [Trait("Case", "L7H-029")]
    [InlineData("/a$", "/a\n", false)]
    [InlineData("/a", "/a\n", false)]
    [InlineData("(?m)/a$", "/a\n", false)]
    [InlineData("(?m)/a$\n", "/a\n", true)]
    [InlineData("/a$\n", "/a\n", false)]
    [InlineData("/.*", "/a\nb", false)]
    [InlineData("(?s)/.*", "/a\nb", true)]
    public void A_newline_is_never_forgiven(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData(".", "\U0001F600", true)]
    [InlineData("..", "\U0001F600", false)]
    [InlineData("[^a]", "\U0001F600", true)]
    [InlineData("[\U0001F600-\U0001F610]", "\U0001F605", true)]
    [InlineData(@"\x{1F600}", "\U0001F600", true)]
    public void A_surrogate_pair_is_one_character(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData(".*")]
    [InlineData("(?s).")]
    [InlineData("[^a]")]
    [InlineData(@"\x{D800}")]
    [InlineData(@"\p{Cs}")]
    [InlineData(@"a|\b.*|[^b]")]
    [InlineData("a|.*b|[^b]")]
    public void Half_a_surrogate_pair_is_no_character(string pattern)
    {
        Assert.False(Matches(pattern, "\uD83D"));
        Assert.False(Matches(pattern, "\uDE00"));
    }

    [Theory]
    [InlineData("(?P<version>v[0-9])", "v1", true)]
    [InlineData("(?<version>v[0-9])", "v1", true)]
    [InlineData(@"\Q/a.b*\E+", "/a.b**", true)]
    [InlineData(@"\Q/a.b*\E", "/aXb", false)]
    [InlineData(@"\pN", "\u0663", true)]
    [InlineData(@"\p{^N}", "\u0663", false)]
    [InlineData(@"\p{Greek}+", "αβγ", true)]
    [InlineData(@"\x{61}\x61\141", "aaa", true)]
    [InlineData(@"\a\f\t\n\r\v", "\a\f\t\n\r\v", true)]
    [InlineData("(?U)a+?", "aaa", true)]
    [InlineData("(|a){2}()(?:)", "a", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("a{02}", "a{02}", true)]
    [InlineData("[]a]+", "]a", true)]
    [InlineData(@"\A\By|x\z", "x", true)]
    public void What_only_RE2_knows_is_read(string pattern, string text, bool matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData("/admin/.*", "/admin/")]
    [InlineData("^/a/(b|c)$", "/a/")]
    [InlineData("/api/(?:v1/x|v1/y)", "/api/v1/")]
    [InlineData("(?i)/1/a", "/1/")]
    [InlineData("(ab)+c", "ab")]
    [InlineData("a*b", "")]
    [InlineData(@"\x{1F600}|\x{1F601}", "")]
    public void What_every_match_begins_with_is_known(string pattern, string prefix) => Assert.Equal(prefix, Read(pattern).LiteralPrefix);

    [Theory]
    [InlineData("/Admin/[a-z]+", "/aDMIN/XYZ", true)]
    [InlineData("/admin/(?-i)x", "/ADMIN/X", false)]
    [InlineData("/task", "/TA\u017FK", true)]
    [InlineData("/task", "/TAS\u212A", true)]
    public void Ignoring_case_is_a_flag_at_the_beginning(string pattern, string text, bool matches)
    {
        Assert.Equal(matches, Read(pattern).IsMatchIgnoringCase(text));
        Assert.Equal(matches, Read("(?i)" + pattern).IsMatch(text));
        Assert.False(Read(pattern).IsMatch(text));
    }

    [Fact]
    public void An_empty_loop_loses_nothing() => Assert.True(Matches(@"(?i)[\d](?:\123+||\Q\E){3,}\057*|b{3}", "1\u017F"));

    [Fact]
    public void An_answer_does_not_depend_on_the_texts_before()
    {
        var pattern = Read(@"^9{3}S(0\W+)(B?\b+[^a]*){212}|[a-z]i{2,5}|(?m:/*$)");
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.True(pattern.IsMatch("///"));
            Assert.False(pattern.IsMatch("999S0.B.a"));
            Assert.True(pattern.IsMatch("xii"));
            Assert.False(pattern.IsMatch("///_"));
            Assert.False(pattern.IsMatch("0"));
        }
    }

    private static bool Matches(string pattern, string text) => Read(pattern).IsMatch(text);

    private static Re2Pattern Read(string pattern)
    {
        Assert.True(Re2Pattern.TryCreate(pattern, out var compiled, out var problem), problem);
        return compiled;
    }
}
