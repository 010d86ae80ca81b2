using System.Diagnostics;
using System.Text;
using ConsulConnect.Intentions;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests.Patterns;

/// <summary>Ours and RE2 read the same patterns. <c>PATTERN_SEED</c> repeats a run, <c>PATTERN_COUNT</c> makes it longer.</summary>
public class PatternsAgainstRe2(ITestOutputHelper output)
{
    private const int Batch = 2000;
    private const int SubjectsEach = 50;

    // What RE2 accepts and we refuse, each by the words of its refusal. docs/patterns.md names them.
    private static readonly string[] OurRefusals =
    [
        @"\C at position", "has no name of ASCII letters", "two groups have the name", "too large when its repeats are written out", "nested more than", "has more than 8192",
    ];

    [SkippableFact]
    public async Task What_we_accept_matches_as_RE2_matches_and_what_RE2_refuses_we_refuse()
    {
        var seed = Number("PATTERN_SEED") ?? Random.Shared.Next();
        var count = Number("PATTERN_COUNT") ?? 20_000;
        output.WriteLine($"PATTERN_SEED={seed} PATTERN_COUNT={count}");
        var random = new Random(seed);
        var tally = new Tally();
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < count; done += Batch)
        {
            var generator = new PatternGenerator(random);
            var questions = new List<(string Pattern, string[] Subjects)>();
            for (var i = 0; i < Math.Min(Batch, count - done); i++)
            {
                var pattern = generator.Next();
                questions.Add((pattern.Text, Characters.Subjects(random, pattern, SubjectsEach)));
            }

            // RE2 took names without P in 2023; ours are compared in the spelling it always had.
            var answers = await Re2Oracle.AskAsync(questions);
            int[] named = [.. Enumerable.Range(0, questions.Count).Where(i => !answers[i].Accepts && questions[i].Pattern.Contains("(?<", StringComparison.Ordinal))];
            var renamed = await Re2Oracle.AskAsync([.. named.Select(i => (questions[i].Pattern.Replace("(?<", "(?P<", StringComparison.Ordinal), questions[i].Subjects))]);
            for (var i = 0; i < named.Length; i++)
                answers[named[i]] = renamed[i];
            Parallel.For(0, questions.Count, i => Compare(questions[i], answers[i], tally));
        }

        output.WriteLine($"{tally} in {clock.Elapsed.TotalSeconds:f1} s");
        Assert.True(tally.Disagreements.IsEmpty, $"PATTERN_SEED={seed}\n{string.Join('\n', tally.Disagreements.Take(20))}");
        Assert.InRange(tally.Accepted, count / 2, count);
        Assert.InRange(tally.Refusals.Values.Sum(), 1, count * 3 / 100);
    }

    [SkippableFact]
    public async Task Our_Unicode_tables_are_RE2s() =>
        Assert.Equal(await Re2Oracle.TablesAsync(), await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "Consul.Connect.AspNetCore", "Intentions", "Patterns", "Unicode.txt")));

    private static void Compare((string Pattern, string[] Subjects) question, Re2Answer re2, Tally tally)
    {
        if (!Re2Pattern.TryCreate(question.Pattern, out var ours, out var problem))
        {
            if (re2.Accepts)
                tally.Refused(Array.Find(OurRefusals, refusal => problem.Contains(refusal, StringComparison.Ordinal)), question.Pattern, problem);
            else
                tally.RefusedByBoth();
            return;
        }

        if (!re2.Accepts || !re2.AcceptsIgnoringCase)
        {
            tally.Disagree($"{Show(question.Pattern)}: RE2 refuses it");
            return;
        }

        var (exact, ignoringCase) = (0, 0);
        for (var i = 0; i < question.Subjects.Length; i++)
        {
            var subject = question.Subjects[i];
            if (ours.IsMatch(subject) != re2.Matches(i))
                tally.Disagree($"{Show(question.Pattern)} on {Show(subject)}: RE2 says {re2.Matches(i)}");
            if (ours.IsMatchIgnoringCase(subject) != re2.MatchesIgnoringCase(i))
                tally.Disagree($"(?i){Show(question.Pattern)} on {Show(subject)}: RE2 says {re2.MatchesIgnoringCase(i)}");
            if (re2.Matches(i) && !subject.StartsWith(ours.LiteralPrefix, StringComparison.Ordinal))
                tally.Disagree($"{Show(question.Pattern)} matches {Show(subject)}, which lacks the prefix {Show(ours.LiteralPrefix)}");
            exact += re2.Matches(i) ? 1 : 0;
            ignoringCase += re2.MatchesIgnoringCase(i) ? 1 : 0;
        }

        tally.Agreed(exact, ignoringCase);
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;

    private static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text)
            shown.Append(c is >= ' ' and < '\u007F' ? c.ToString() : $"<{(int)c:X4}>");
        return $"`{shown}`";
    }
}
