using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Intentions;

public class PrecedenceOfWildcards
{
    // Source, destination, precedence: Consul's table, row by row.
    public static TheoryData<string, string, int> Table => new()
    {
        { "default/web", "default/orders", 9 }, { "default/*", "default/orders", 8 }, { "*/*", "default/orders", 7 },
        { "default/web", "default/*", 6 }, { "default/*", "default/*", 5 }, { "*/*", "default/*", 4 },
        { "default/web", "*/*", 3 }, { "default/*", "*/*", 2 }, { "*/*", "*/*", 1 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_rule_weighs_what_the_table_says(string source, string destination, int precedence) =>
        Assert.Equal(precedence, Policy.Set(Policy.Allow(source, destination)).Match(Policy.Caller("web"))?.Precedence);

    [Theory]
    [MemberData(nameof(Table))]
    public void The_heavier_rule_decides_in_every_order_and_whatever_precedence_the_agent_claims(string source, string destination, int precedence)
    {
        foreach (var row in Table.Where(row => (int)row[2]! < precedence))
        {
            foreach (var (heavy, light) in new[] { ("allow", "deny"), ("deny", "allow") })
            {
                var heavier = Policy.Intention(source, destination, heavy) with { Precedence = 1 };
                var lighter = Policy.Intention((string)row[0]!, (string)row[1]!, light) with { Precedence = 9 };

                Assert.Equal(heavy == "allow", Policy.Set(heavier, lighter).Allows("web"));
                Assert.Equal(heavy == "allow", Policy.Set(lighter, heavier).Allows("web"));
            }
        }
    }

    [Fact]
    [Trait("Case", "L4-006")]
    public void An_exact_deny_for_us_beats_an_exact_allow_for_every_destination() =>
        Assert.False(Policy.Set(Policy.Allow("web", "*"), Policy.Deny("web")).Allows("web"));

    [Fact]
    [Trait("Case", "L4-004")]
    public void A_deny_for_every_source_leaves_the_named_one_in()
    {
        var set = Policy.Set(Policy.Deny("*"), Policy.Allow("web"));

        Assert.True(set.Allows("web"));
        Assert.False(set.Allows("billing"));
    }

    [Fact]
    [Trait("Case", "L4-003")]
    public void A_deny_for_the_named_source_beats_an_allow_for_every_one()
    {
        var set = Policy.Set(Policy.Allow("*"), Policy.Deny("web"));

        Assert.False(set.Allows("web"));
        Assert.True(set.Allows("billing"));
    }

    [Fact]
    [Trait("Case", "L4-005")]
    public void A_deny_from_anything_to_anything_denies() => Assert.False(Policy.Set(Policy.Deny("*", "*")).Allows("web"));

    [Fact]
    public void Who_is_not_named_is_not_decided() => Assert.Null(Policy.Set(Policy.Allow("web")).Allows("billing"));

    [Fact]
    [Trait("Case", "L4-007")]
    public void On_a_true_tie_deny_wins_in_every_order()
    {
        Assert.False(Policy.Set(Policy.Allow("web"), Policy.Deny("web")).Allows("web"));
        Assert.False(Policy.Set(Policy.Deny("web"), Policy.Allow("web")).Allows("web"));
    }

    [Fact]
    public void Random_sets_decide_as_a_naive_reading_of_the_table_does_and_the_order_never_matters()
    {
#pragma warning disable CA5394 // A seeded generator is the point.
        var random = new Random(20260922);
        string[] sources = ["default/web", "default/WEB", "default/api", "default/*", "other/web", "other/*", "*/*"];
        string[] destinations = ["default/orders", "default/*", "*/*"];
        string[] actions = ["allow", "allow", "allow", "deny", "deny", "audit"];
        var callers = new[] { "web", "WEB", "api", "cron" }.SelectMany(name => new[] { Policy.Caller(name), Policy.Caller(name, "other"), Policy.Caller(name, partition: "far") }).ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var intentions = Enumerable.Range(0, random.Next(8)).Select(_ => Policy.Intention(Pick(sources), Pick(destinations), Pick(actions)) with
            {
                Precedence = random.Next(10),
                SourcePeer = random.Next(10) == 0 ? "east" : "",
                SourcePartition = random.Next(8) == 0 ? "far" : "",
                Permissions = random.Next(8) == 0 ? [new("deny", null, RequiresJwt: false, null)] : [],
                Unknown = random.Next(10) == 0 ? "Colour" : null,
            }).ToArray();
            var set = Policy.Set(intentions);
            random.Shuffle(intentions);
            var shuffled = Policy.Set(intentions);

            foreach (var caller in callers)
            {
                var decision = set.Decide(caller);
                Assert.Equal(Naive(intentions, caller), decision?.Allowed);
                Assert.Equal(decision, shuffled.Decide(caller));
            }
        }

        T Pick<T>(T[] from) => from[random.Next(from.Length)];
#pragma warning restore CA5394
    }

    private static bool? Naive(Intention[] intentions, ConnectPeer caller)
    {
        var naming = intentions.Where(intention => Names(intention, caller)).ToArray();
        if (naming.Length == 0)
            return null;
        var top = naming.Max(Weight);
        return naming.Where(intention => Weight(intention) == top).All(Allows);
    }

    private static int Weight(Intention intention) => (int)Table.Single(row =>
        Matches((string)row[0]!, intention.SourceNamespace, intention.SourceName) && Matches((string)row[1]!, intention.DestinationNamespace, intention.DestinationName))[2]!;

    private static bool Matches(string shape, string space, string name) =>
        shape.Split('/') is [var s, var n] && s == "*" == (space == "*") && n == "*" == (name == "*");

    private static bool Allows(Intention intention) =>
        intention is { Action: "allow", Permissions.Count: 0, Unknown: null };

    private static bool Names(Intention intention, ConnectPeer caller)
    {
        bool Same(string left, string right) => Allows(intention) ? left == right : left.Equals(right, StringComparison.OrdinalIgnoreCase);
        return intention.SourcePeer == ""
            && (intention.SourcePartition == "" ? "default" : intention.SourcePartition) == caller.Partition
            && (intention.SourceNamespace == "*" || Same(intention.SourceNamespace, caller.Namespace))
            && (intention.SourceName == "*" || Same(intention.SourceName, caller.Service));
    }
}
