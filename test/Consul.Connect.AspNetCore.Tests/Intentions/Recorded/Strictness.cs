using System.Text.RegularExpressions;
using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>Names why we refuse what Envoy let through. What has no name is <c>other</c>, and no test accepts it.</summary>
internal static partial class Strictness
{
    public const string Other = "other";

    public static string Of(EnvoyCase row, IntentionDecision ours) => ours.Reason switch
    {
        DecisionReason.MalformedRequest => OfMalformed(row),
        DecisionReason.AmbiguousTarget => OfAmbiguous(row),
        _ => OfRules(row, ours),
    };

    private static string OfMalformed(EnvoyCase row) => row switch
    {
        { Method: "CONNECT" } => "plain CONNECT",
        { Target: var target } when target.StartsWith("http://", StringComparison.Ordinal) => "absolute form with a scheme that is not the connection's",
        _ => Other,
    };

    private static string OfAmbiguous(EnvoyCase row) => row.Target.Split('?')[0] switch
    {
        _ when row.Authority.Length == 0 => "no host while a rule is about hosts",
        ['h', 't', 't', 'p', ..] => "absolute form while a rule is about paths",
        var path when path.Contains('\\', StringComparison.Ordinal) => "backslash in the path",
        var path when EscapedSlash().IsMatch(path) => "escaped slash",
        var path when DotsWithParameters().IsMatch(path) => "dot segment with parameters",
        var path when EscapedControl().IsMatch(path) => "escaped control character",
        var path when BrokenEscape().IsMatch(path) => "broken escape",
        var path when HighEscape().IsMatch(path) => "escapes that are no UTF-8",
        _ => Other,
    };

    private static string OfRules(EnvoyCase row, IntentionDecision ours)
    {
        if (ours.Permission is { } place)
        {
            var permission = Named(row, ours).Permissions[place];
            if (permission.RequiresJwt)
                return "a JWT is asked for";
            if (permission.Action == "deny" && OfDeny(row, permission) is { } why)
                return why;
        }

        if (ours.Reason == DecisionReason.Jwt)
            return "a JWT is asked for";
        if (row.Method == "TRACE")
            return "TRACE is not listed";

        if (Named(row, ours).Permissions.Any(permission => permission.Action == "allow" && permission.Http?.Headers.Any(header => IsSidecar(header.Name)) == true))
            return "a header that a sidecar adds";

        // An allow that matches for Envoy and not for us.
        var envoys = row.DecideLikeEnvoy();
        if (envoys.Permission is not { } other || Named(row, envoys).Permissions[other] is not { } allow)
            return Unnormalised(row) ? "the path is normalised, which the mesh entry had switched off" : Other;
        if (allow.Http is null)
            return "a permission without a condition";
        if (row.Target == "*")
            return "OPTIONS * has no path for an allow";
        return allow.Http.Headers.Any(header => Lines(row, header).Length > 1 || Lines(row, header).Any(line => line.Contains(',', StringComparison.Ordinal)))
            ? "an allow needs every line of a header"
            : Unnormalised(row) ? "the path is normalised, which the mesh entry had switched off" : Other;
    }

    // The conditions one by one, as Envoy sees them: one that does not hold for it holds loosely for us.
    private static string? OfDeny(EnvoyCase row, Permission permission)
    {
        if (permission.Http is not { } http)
            return null;
        if (http.Methods.Count > 0 && !HoldsForEnvoy(row, http with { PathExact = "", PathPrefix = "", PathRegex = "", Headers = [] }))
            return "a deny matches methods loosely";
        foreach (var header in http.Headers)
        {
            if (header.Regex.Length > 0 && Lines(row, header).Any(line => line.Any(c => c > '~')))
                return "a regex on bytes that may be no UTF-8";
            if (HoldsForEnvoy(row, new("", "", "", [], [header], null)))
                continue;
            return header switch
            {
                { Name: var name } when IsSidecar(name) => "a header that a sidecar adds",
                { Name: var name } when name is "host" or ":authority" => "a deny matches hosts loosely",
                { Name: ":path" } => "a deny matches paths loosely",
                { Invert: true } when Lines(row, header).Length == 0 => "an inverted deny matches a missing header",
                _ when Lines(row, header).Any(line => line != line.Trim()) => "blanks around a header's value do not count",
                _ => "a deny matches any line or element of a header",
            };
        }

        if ((http.PathExact + http.PathPrefix + http.PathRegex).Length == 0 || HoldsForEnvoy(row, http with { Methods = [], Headers = [] }))
            return null;
        return Unnormalised(row) ? "the path is normalised, which the mesh entry had switched off" : "a deny matches paths loosely";
    }

    private static bool HoldsForEnvoy(EnvoyCase row, HttpCondition http)
    {
        var intention = new Intention("consul", "default", row.Caller.Namespace, row.Caller.Service, "", "default", row.Scenario.Service, "", [new("deny", http, RequiresJwt: false, null)], RequiresJwt: false, 9, null);
        var set = new IntentionSet(new([intention]), row.Scenario.Service, Readings.LikeEnvoy(row.Scenario.Normalization));
        return !set.Decide(row.Caller, row.Request, new DefaultPolicyAnswer(true, "x", "x")).Allowed;
    }

    private static Intention Named(EnvoyCase row, IntentionDecision decision) => row.Scenario.Intentions.Single(intention => NameOf(intention) == decision.Intention);

    public static string NameOf(Intention intention) =>
        $"{Wording.Name(intention.SourcePartition, intention.SourceNamespace, intention.SourceName)} -> {Wording.Name("default", intention.DestinationNamespace, intention.DestinationName)}";

    private static bool Unnormalised(EnvoyCase row) => !Readings.LikeEnvoy(row.Scenario.Normalization).NormalizePath;

    private static string[] Lines(EnvoyCase row, HeaderCondition header) => [.. row.Request.Headers[header.Name].Select(line => line ?? "")];

    public static bool IsSidecar(string name) =>
        name.ToLowerInvariant() is "x-forwarded-client-cert" or "x-forwarded-proto" or "x-request-id" || name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("%(2f|5c)", RegexOptions.IgnoreCase)]
    private static partial Regex EscapedSlash();

    [GeneratedRegex(@"(^|/)(\.|%2e){1,2}(;|%3b)", RegexOptions.IgnoreCase)]
    private static partial Regex DotsWithParameters();

    [GeneratedRegex("%(0[1-9a-f]|1[0-9a-f]|7f)", RegexOptions.IgnoreCase)]
    private static partial Regex EscapedControl();

    [GeneratedRegex("%(?![0-9a-f]{2})", RegexOptions.IgnoreCase)]
    private static partial Regex BrokenEscape();

    [GeneratedRegex("%[89a-f][0-9a-f]", RegexOptions.IgnoreCase)]
    private static partial Regex HighEscape();
}
