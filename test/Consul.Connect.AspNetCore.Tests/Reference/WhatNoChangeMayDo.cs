using System.Text.Json.Nodes;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;
using Xunit.Abstractions;

namespace ConsulConnect.Tests.Reference;

/// <summary>Promises of the compiled evaluator that hold for all rules and requests.</summary>
public class WhatNoChangeMayDo(ITestOutputHelper output)
{
    private const int RequestsOfOneSet = 10;

    [Fact]
    public void What_we_allow_a_sidecar_allows() => Holds(20_000, (question, dice) =>
    {
        // What a sidecar answers with 400 for an escaped slash, it does whatever the rules are; that is no rule's decision.
        var likeEnvoy = question with { Rules = question.Rules with { Reading = question.Rules.Reading with { LikeEnvoy = true, EscapedSlashes = EscapedSlashes.Keep } } };
        return !Allows(question) || Allows(likeEnvoy);
    });

    [Fact]
    public void What_we_allow_has_no_other_spelling_that_a_deny_before_it_matches() => Holds(10_000, (question, dice) =>
    {
        var decision = Compiled.Decide(question);
        var intention = DecidingOf(question, decision);
        if (!decision.Allowed || intention is null)
            return true;

        // A pattern that leaves letters out, and a condition turned round, speak about spellings on purpose.
        var denies = intention.Permissions.Take(decision.Permission ?? intention.Permissions.Count)
            .Where(permission => permission is { Action: "deny", Http: { } http } && !http.PathRegex.Contains("[^", StringComparison.Ordinal) && http.Headers.All(header => !header.Invert))
            .ToArray();
        if (denies.Length == 0)
            return true;

        var rules = new GeneratedRules([intention with { Permissions = denies }], true, question.Rules.Reading with { LikeEnvoy = true, EscapedSlashes = EscapedSlashes.Keep });
        return Spellings.Of(question.Request, dice).All(request => Compiled.Decide(new(rules, question.Caller, request)).Answer() != ReferenceAnswer.Deny);
    });

    [Fact]
    public void One_more_deny_never_lets_in() => Holds(20_000, (question, dice) =>
    {
        var intentions = question.Rules.Intentions.ToList();
        var lists = intentions.Where(intention => intention.Permissions.Count > 0).ToArray();
        if (lists.Length == 0 || dice.OneIn(3))
        {
            intentions.Insert(dice.Below(intentions.Count + 1), Intentions.Policy.Deny(dice.Pick("web", "*", "WEB", "other/*"), dice.Pick("orders", "*", "*/*")));
        }
        else
        {
            var changed = dice.Pick(lists);
            var permissions = changed.Permissions.ToList();
            permissions.Insert(dice.Below(permissions.Count + 1), new RulesGenerator(dice).Permission() with { Action = "deny" });
            intentions[intentions.IndexOf(changed)] = changed with { Permissions = permissions };
        }

        return Allows(question) || !Allows(question with { Rules = question.Rules with { Intentions = intentions } });
    });

    [Fact]
    public void One_allow_less_never_lets_in_where_the_default_is_deny() => Holds(20_000, (question, dice) =>
    {
        question = question with { Rules = question.Rules with { AllowsByDefault = false } };
        var before = Compiled.Decide(question);
        var all = question.Rules.Intentions;
        var fewer = all.Where(intention => intention is { Action: "allow", Permissions.Count: 0 }).Select(intention => all.Where(other => !ReferenceEquals(other, intention)).ToArray())
            .Concat(all.SelectMany(intention => WithoutAnAllow(intention).Select(changed => all.Select(other => ReferenceEquals(other, intention) ? changed : other).ToArray())));

        // With its last rule about paths goes what makes an ambiguous target a bad one.
        return before.Allowed || before.Answer() == ReferenceAnswer.BadRequest
            || fewer.All(intentions => !Allows(question with { Rules = question.Rules with { Intentions = intentions } }));
    }, oddOnes: false);

    [Fact]
    [Trait("Case", "L4-007")]
    public void The_order_of_the_answer_never_matters() => Holds(20_000, (question, dice) =>
        Compiled.Decide(question) == Compiled.Decide(question with { Rules = question.Rules with { Intentions = dice.Shuffled(question.Rules.Intentions) } }));

    [Fact]
    public void A_member_nobody_knows_never_lets_in_wherever_it_stands() => Holds(20_000, (question, dice) =>
    {
        var json = ConsulJson.Write(question.Rules.Intentions);
        var before = question with { Rules = question.Rules with { Intentions = ConsulJson.Read(json) } };
        var objects = ConsulJson.Objects(json).ToArray();
        if (objects.Length == 0 || Allows(before))
            return true;

        dice.Pick(objects)["Colour"] = dice.Pick<JsonNode?>(JsonValue.Create(1), JsonValue.Create(""), new JsonObject(), null)?.DeepClone();
        return !Allows(before with { Rules = before.Rules with { Intentions = ConsulJson.Read(json) } });
    });

    [Fact]
    [Trait("Case", "L4-001")]
    public void Without_intentions_a_default_of_deny_denies_everybody() => Holds(2_000, (question, dice) =>
        !Allows(question with { Rules = question.Rules with { Intentions = [], AllowsByDefault = false } }));

    private static bool Allows(GeneratedCase question) => Compiled.Decide(question).Allowed;

    private static IEnumerable<Intention> WithoutAnAllow(Intention intention) =>
        intention.Permissions.Count < 2 ? [] : intention.Permissions.Where(permission => permission.Action == "allow")
            .Select(gone => intention with { Permissions = [.. intention.Permissions.Where(other => !ReferenceEquals(other, gone))] });

    // The one intention of the name in the decision, which decides alike when it is alone.
    private static Intention? DecidingOf(GeneratedCase question, IntentionDecision decision)
    {
        var alone = question.Rules.Intentions.Where(intention => intention.Permissions.Count > 0
            && Compiled.Decide(question with { Rules = question.Rules with { Intentions = [intention] } }) == decision).ToArray();
        return decision.IsPerRequest && alone.Length == 1 ? alone[0] : null;
    }

    private void Holds(int questions, Func<GeneratedCase, Dice, bool> promise, bool oddOnes = true)
    {
        var replay = new Replay(output);
        for (var round = 0; round < Replay.Pairs(questions) / RequestsOfOneSet; round++)
        {
            var dice = replay.Dice(round);
            var generator = new RulesGenerator(dice) { OddOnes = oddOnes };
            var rules = generator.Rules(likeEnvoy: false);
            var requests = new RequestGenerator(dice);
            for (var i = 0; i < RequestsOfOneSet; i++)
            {
                var question = new GeneratedCase(rules, generator.Caller(), requests.Request(rules.Intentions));
                var chance = (ulong)dice.Below(int.MaxValue);
                if (!promise(question, new(chance)))
                    replay.Fail(question, smaller => !promise(smaller, new(chance)), smaller => $"compiled   {Compiled.Decide(smaller)}");
            }
        }
    }
}
