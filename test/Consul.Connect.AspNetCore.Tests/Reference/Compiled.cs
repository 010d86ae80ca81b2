using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

/// <summary>The product's answer to a generated question. Rules are compiled once for all questions about them.</summary>
internal static class Compiled
{
    public static IntentionSet Set(GeneratedRules rules) => new(new(rules.Intentions), GeneratedRules.Service, rules.Reading);

    public static IntentionDecision Decide(this IntentionSet set, GeneratedCase question) =>
        set.Decide(question.Peer, question.Request.View, new DefaultPolicyAnswer(question.Rules.AllowsByDefault, GeneratedRules.Service, "generated"));

    public static IntentionDecision Decide(GeneratedCase question) => Set(question.Rules).Decide(question);

    /// <summary>As the reference words it.</summary>
    public static ReferenceAnswer Answer(this IntentionDecision decision) => decision switch
    {
        { Allowed: true } => ReferenceAnswer.Allow,
        { Reason: DecisionReason.MalformedRequest or DecisionReason.AmbiguousTarget } => ReferenceAnswer.BadRequest,
        _ => ReferenceAnswer.Deny,
    };
}
