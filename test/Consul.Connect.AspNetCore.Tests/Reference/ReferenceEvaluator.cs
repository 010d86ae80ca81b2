using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

internal enum ReferenceAnswer
{
    Allow,
    Deny,
    BadRequest,
}

/// <summary>The rules as a person reads them: nothing compiled, nothing cached, nothing shared with the product but its records.</summary>
internal static class ReferenceEvaluator
{
    public static ReferenceAnswer Decide(IReadOnlyList<Intention> intentions, string service, bool allowsByDefault, ConnectPeer caller, RequestView view, RequestReading reading)
    {
        var target = ReferenceTarget.Read(view, reading);
        var permissions = intentions.SelectMany(intention => intention.Permissions).ToArray();
        if (target.IsMalformed
            || (target.IsAmbiguous && permissions.Any(ReferenceConditions.IsAboutPaths))
            || ((target.Authority ?? view.Authority) == "" && permissions.Any(ReferenceConditions.IsAboutHost))
            || (reading.UnderscoredHeaders == UnderscoredHeaders.Reject && view.Headers.HaveUnderscores))
            return ReferenceAnswer.BadRequest;

        // Of two rules that weigh the same, the one that can only deny speaks first.
        var rules = intentions
            .Where(intention => intention.SourcePeer == "" && Names(intention, caller, StringComparison.OrdinalIgnoreCase))
            .Select(intention => (Intention: intention, IsTwin: !Names(intention, caller, StringComparison.Ordinal)))
            .Where(rule => !(rule.IsTwin && reading.LikeEnvoy))
            .OrderByDescending(rule => Weight(rule.Intention))
            .ThenByDescending(rule => rule.IsTwin)
            .ThenBy(rule => Refuses(rule.Intention, service) ? 0 : rule.Intention.Permissions.Count > 0 ? 1 : 2);
        var conditions = new ReferenceConditions(view, target, reading);
        foreach (var (intention, isTwin) in rules)
        {
            if (Refuses(intention, service))
                return ReferenceAnswer.Deny;
            if (intention.Permissions.Count == 0 && !isTwin)
                return ReferenceAnswer.Allow;
            foreach (var permission in intention.Permissions)
            {
                if (Judge(permission, conditions, reading.LikeEnvoy) is { } allows && !(allows && isTwin))
                    return allows ? ReferenceAnswer.Allow : ReferenceAnswer.Deny;
            }

            if (!isTwin)
            {
                var isTrace = view.Method.Equals("TRACE", StringComparison.OrdinalIgnoreCase) && !reading.LikeEnvoy;
                return allowsByDefault && !isTrace ? ReferenceAnswer.Allow : ReferenceAnswer.Deny;
            }
        }

        return allowsByDefault ? ReferenceAnswer.Allow : ReferenceAnswer.Deny;
    }

    /// <summary>What a permission says about a request; null when it says nothing.</summary>
    private static bool? Judge(Permission permission, ReferenceConditions conditions, bool likeEnvoy)
    {
        if (permission.Action is not ("allow" or "deny"))
            return false;

        var allows = permission is { Action: "allow", RequiresJwt: false, Unknown: null };
        if (likeEnvoy && ReferenceConditions.IsAboutEverything(permission))
            return allows;
        if (!ReferenceConditions.IsUsable(permission))
            return allows ? null : false;
        return conditions.Match(permission.Http!, denies: !allows) ? allows : null;
    }

    private static bool Refuses(Intention intention, string service) =>
        intention.Action == "deny"
        || (intention.DestinationName != "*" && !intention.DestinationName.Equals(service, StringComparison.OrdinalIgnoreCase))
        || intention.RequiresJwt
        || intention.Unknown is not null
        || intention.SourceType != "consul"
        || (intention.SourceNamespace == "*" && intention.SourceName != "*")
        || intention.Action != (intention.Permissions.Count > 0 ? "" : "allow");

    private static bool Names(Intention intention, ConnectPeer caller, StringComparison comparison) =>
        (intention.SourceName == "*" || intention.SourceName.Equals(caller.Service, comparison))
        && (intention.SourceNamespace == "*" || OrDefault(intention.SourceNamespace).Equals(caller.Namespace, comparison))
        && OrDefault(intention.SourcePartition).Equals(caller.Partition, StringComparison.OrdinalIgnoreCase);

    private static int Weight(Intention intention) =>
        (OrDefault(intention.DestinationNamespace), intention.DestinationName, OrDefault(intention.SourceNamespace), intention.SourceName) switch
        {
            (not "*", not "*", not "*", not "*") => 9,
            (not "*", not "*", not "*", "*") => 8,
            (not "*", not "*", "*", _) => 7,
            (not "*", "*", not "*", not "*") => 6,
            (not "*", "*", not "*", "*") => 5,
            (not "*", "*", "*", _) => 4,
            ("*", _, not "*", not "*") => 3,
            ("*", _, not "*", "*") => 2,
            ("*", _, "*", _) => 1,
        };

    private static string OrDefault(string name) => name == "" ? "default" : name;
}
