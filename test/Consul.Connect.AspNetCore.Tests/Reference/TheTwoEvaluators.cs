using Xunit.Abstractions;

namespace ConsulConnect.Tests.Reference;

/// <summary>The compiled evaluator against the naive one, on rules and requests nobody thought of.</summary>
public class TheTwoEvaluators(ITestOutputHelper output)
{
    private const int RequestsOfOneSet = 25;

    [Theory]
    [InlineData(false, 70_000)]
    [InlineData(true, 30_000)]
    public void Agree(bool likeEnvoy, int pairs)
    {
        var replay = new Replay(output);
        var answers = new int[3];
        for (var round = 0; round < Replay.Pairs(pairs) / RequestsOfOneSet; round++)
        {
            var dice = replay.Dice(round);
            var generator = new RulesGenerator(dice);
            var rules = generator.Rules(likeEnvoy);
            var requests = new RequestGenerator(dice);
            var set = Compiled.Set(rules);
            for (var i = 0; i < RequestsOfOneSet; i++)
            {
                var question = new GeneratedCase(rules, generator.Caller(), requests.Request(rules.Intentions));
                var answer = question.Reference;
                if (set.Decide(question).Answer() != answer)
                    replay.Fail(question, Differ, Says);
                answers[(int)answer]++;
            }
        }

        output.WriteLine($"allow {answers[0]}, deny {answers[1]}, bad request {answers[2]}");
        Assert.All(answers, count => Assert.True(count > answers.Sum() / 50));
    }

    private static bool Differ(GeneratedCase question) => Compiled.Decide(question).Answer() != question.Reference;

    private static string Says(GeneratedCase question) =>
        $"compiled   {Compiled.Decide(question)}\nreference  {question.Reference}";
}
