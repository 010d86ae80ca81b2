using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Permissions and requests in one line each: web asks orders.</summary>
internal static class Asked
{
    public static Permission Allow(string exact = "", string prefix = "", string regex = "", string methods = "", params HeaderCondition[] headers) => Permission("allow", exact, prefix, regex, methods, headers);

    public static Permission Deny(string exact = "", string prefix = "", string regex = "", string methods = "", params HeaderCondition[] headers) => Permission("deny", exact, prefix, regex, methods, headers);

    public static HeaderCondition Header(string name, bool present = false, string exact = "", string prefix = "", string suffix = "", string contains = "", string regex = "", bool invert = false, bool ignoreCase = false) =>
        new(name, present, exact, prefix, suffix, contains, regex, invert, ignoreCase, null);

    public static Intention Web(params Permission[] permissions) => Policy.Intention("web", "orders", "") with { Permissions = permissions };

    public static IntentionSet Of(params Permission[] permissions) => Policy.Set(Web(permissions));

    public static IntentionSet Reading(RequestReading reading, params Permission[] permissions) => new(new([Web(permissions)]), "orders", reading);

    public static RequestView Request(string target, string method = "GET", string authority = "orders", params (string, string)[] headers) =>
        new(method, target, authority, "https", new WireHeaders(headers));

    public static IntentionDecision Decide(this IntentionSet set, RequestView request, bool byDefault = false, string caller = "web") =>
        set.Decide(Policy.Caller(caller), request, new DefaultPolicyAnswer(byDefault, "orders", "as configured"));

    /// <summary><c>allow</c>, <c>deny</c>, or the reason that no rule was asked.</summary>
    public static string Says(this IntentionDecision decision) => decision switch
    {
        { Allowed: true } => "allow",
        { Reason: DecisionReason.MalformedRequest or DecisionReason.AmbiguousTarget or DecisionReason.PathDisagreement } => decision.Reason.ToString(),
        _ => "deny",
    };

    private static Permission Permission(string action, string exact, string prefix, string regex, string methods, HeaderCondition[] headers) =>
        new(action, new(exact, prefix, regex, methods.Split(',', StringSplitOptions.RemoveEmptyEntries), headers, null), RequiresJwt: false, null);
}
