using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

public class SentencesOfDecisions
{
    public static TheoryData<string, string, string> Sentences => new()
    {
        { "web deny", "web", "\"web\" may not call \"orders\": the intention web -> orders denies it (precedence 9)." },
        { "web deny", "WEB", "\"WEB\" may not call \"orders\": the intention web -> orders denies it (precedence 9)." },
        { "* deny", "web", "\"web\" may not call \"orders\": the intention * -> orders denies it (precedence 8)." },
        { "web allow", "web", "\"web\" may call \"orders\": the intention web -> orders allows it (precedence 9)." },
        { "* allow", "web", "Any service may call \"orders\": the intention * -> orders allows it (precedence 8)." },
        { "*/* allow", "web", "Any service may call \"orders\": the intention */* -> orders allows it (precedence 7)." },
        { "web audit", "web", "\"web\" may not call \"orders\": the intention web -> orders has the action \"audit\", which this version does not know, and so denies it (precedence 9)." },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_decision_says_who_what_and_by_which_intention(string intention, string caller, string sentence) =>
        Assert.Equal(sentence, Policy.Set(Policy.Intention(intention.Split(' ')[0], "orders", intention.Split(' ')[1])).Decide(Policy.Caller(caller))!.Value.Explanation);

    [Fact]
    public void What_came_from_elsewhere_cannot_break_a_line_or_fill_the_log()
    {
        var unknown = "Evil\r\n\u2028\u202e\u001b[31m" + new string('x', 5000);
        var explanation = Policy.Set(Policy.Allow("web") with { Unknown = unknown }).Decide(Policy.Caller("web"))!.Value.Explanation;

        Assert.DoesNotContain(explanation, c => char.IsControl(c) || c is '\u2028' or '\u202e');
        Assert.InRange(explanation.Length, 1, 600);
    }

    [Fact]
    public void An_allow_and_a_named_deny_cost_no_memory()
    {
        var set = Policy.Set(Policy.Allow("web"), Policy.Deny("cron"), Policy.Allow("*"));
        ConnectPeer[] callers = [Policy.Caller("web"), Policy.Caller("cron"), Policy.Caller("billing")];
        Decide(set, callers);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide(set, callers);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Ten_thousand_intentions_are_searched_by_name_not_one_by_one()
    {
        var intentions = Enumerable.Range(0, 10_000).Select(i => Policy.Allow($"caller-{i}")).ToArray();
        var set = new IntentionSet(new IntentionMatch(intentions), "orders");
        var caller = Policy.Caller("caller-9999");

        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 100_000; i++)
            Assert.True(set.Decide(caller)?.Allowed);

        // One by one would be 10^9 comparisons.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static void Decide(IntentionSet set, ConnectPeer[] callers)
    {
        for (var i = 0; i < 1000; i++)
        {
            foreach (var caller in callers)
                set.Decide(caller);
        }
    }
}
