using ConsulConnect.Agent;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Reference;

/// <summary>Makes intentions of every kind, valid and not.</summary>
internal sealed class RulesGenerator(Dice dice)
{
    /// <summary>Also what no agent stores: requirements, members and kinds we do not understand.</summary>
    public bool OddOnes { get; init; } = true;

    public GeneratedRules Rules(bool likeEnvoy)
    {
        var intentions = dice.Several(5, Intention).ToList();

        // Consul stores a source once for each destination, so that two lists of permissions never weigh the same.
        var lists = intentions.Where(intention => intention.Permissions.Count > 0).DistinctBy(Identity).ToHashSet();
        return new(
            [.. intentions.Where(intention => intention.Permissions.Count == 0 || lists.Contains(intention))],
            dice.OneIn(2),
            Reading(likeEnvoy));
    }

    public GeneratedCaller Caller() =>
        new(dice.Pick("web", "web", "web", "web", "WEB", "api", "web2"), dice.OneIn(6) ? dice.Pick("other", "Default", "OTHER") : "default", dice.OneIn(12) ? "far" : "default");

    public Permission Permission()
    {
        var action = dice.OneIn(2) ? "allow" : "deny";
        if (!OddOnes || !dice.OneIn(12))
            return new(action, Http(), false, null);
        return dice.Below(5) switch
        {
            0 => new(dice.Pick("", "audit", "ALLOW"), Http(), false, null),
            1 => new(action, null, false, null),
            2 => new(action, Http(), true, null),
            3 => new(action, Http(), false, "Query"),
            _ => new(action, new("", "", "", [], [], null), false, null),
        };
    }

    private Intention Intention()
    {
        var permissions = dice.OneIn(4) ? [] : dice.Several(4, Permission);
        var isOdd = OddOnes && dice.OneIn(14);
        var action = permissions.Length > 0 ? "" : isOdd ? dice.Pick("audit", "", "ALLOW") : dice.Pick("allow", "deny");
        var anywhere = dice.OneIn(6);
        var (destinationNamespace, destination) = dice.Below(8) switch
        {
            0 => ("default", "*"),
            1 => ("*", "*"),
            2 => ("", "ORDERS"),
            _ => ("default", "orders"),
        };
        return new(
            isOdd && dice.OneIn(4) ? "external" : "consul",
            dice.OneIn(10) ? dice.Pick("far", "FAR", "default") : "",
            anywhere ? "*" : dice.Pick("", "default", "default", "default", "other"),
            anywhere && !(OddOnes && dice.OneIn(8)) ? "*" : dice.Pick("web", "web", "web", "WEB", "api", "*", "*"),
            dice.OneIn(14) ? "east" : "",
            destinationNamespace,
            isOdd && dice.OneIn(4) ? "billing" : destination,
            action,
            permissions,
            isOdd && dice.OneIn(4),
            dice.Below(10),
            isOdd && dice.OneIn(4) ? "Colour" : null);
    }

    private static string Identity(Intention intention) => string.Join('|',
        intention.SourceNamespace is "" ? "default" : intention.SourceNamespace, intention.SourceName,
        intention.SourcePartition is "" ? "default" : intention.SourcePartition.ToLowerInvariant(), intention.SourcePeer,
        intention.DestinationNamespace is "" ? "default" : intention.DestinationNamespace, intention.DestinationName.ToLowerInvariant());

    private HttpCondition Http()
    {
        var kind = dice.Below(5);
        var headers = dice.OneIn(3) ? [.. dice.Several(1, Header), Header()] : Array.Empty<HeaderCondition>();
        var methods = dice.OneIn(3) ? [.. dice.Several(2, Method).Append(Method()).Distinct()] : Array.Empty<string>();
        return new(
            kind is 0 or 1 ? dice.Pick(Vocabulary.Paths) : "",
            kind == 2 || (kind == 1 && OddOnes && dice.OneIn(20)) ? dice.Pick(Vocabulary.Paths) : "",
            kind == 3 ? Pattern(Vocabulary.PathPatterns) : "",
            methods,
            headers,
            OddOnes && dice.OneIn(40) ? "Query" : null);
    }

    private string Method() => dice.Pick("GET", "GET", "POST", "DELETE", "HEAD", "TRACE", "OPTIONS", "PUT", "get");

    private HeaderCondition Header()
    {
        var name = dice.Pick(Vocabulary.RuleHeaders);
        var value = dice.Pick(Vocabulary.ValuesOf(name));
        var kind = dice.Below(6);
        var part = kind is 2 or 3 or 4 && value.Length > 1 && dice.OneIn(2) ? value[..(value.Length / 2)] : value;
        var header = new HeaderCondition(
            name,
            kind == 0,
            kind == 1 ? value : "",
            kind == 2 ? part : "",
            kind == 3 ? value[(value.Length - part.Length)..] : "",
            kind == 4 ? part : "",
            kind == 5 ? Pattern(Vocabulary.ValuePatterns) : "",
            dice.OneIn(3),
            kind is > 0 and < 5 && dice.OneIn(4),
            null);
        if (!OddOnes || !dice.OneIn(15))
            return header;
        return dice.Below(4) switch
        {
            0 => header with { Name = dice.Pick("", "x y", "x(y", ":protocol") },
            1 => header with { Unknown = "Range" },
            2 => header with { Present = false, Exact = "", Prefix = "", Suffix = "", Contains = "", Regex = "", IgnoreCase = false },
            _ => header with { Prefix = "a", Suffix = "b" },
        };
    }

    private string Pattern(string[] patterns) => OddOnes && dice.OneIn(10) ? dice.Pick(Vocabulary.NoPatterns) : dice.Pick(patterns);

    private RequestReading Reading(bool likeEnvoy) => new()
    {
        MergeSlashes = dice.OneIn(3),
        EscapedSlashes = dice.Pick<EscapedSlashes>(likeEnvoy
            ? [EscapedSlashes.Keep, EscapedSlashes.Reject, EscapedSlashes.UnescapeAndForward]
            : [EscapedSlashes.Reject, EscapedSlashes.Keep]),
        UnderscoredHeaders = dice.Pick(UnderscoredHeaders.Allow, UnderscoredHeaders.Allow, UnderscoredHeaders.Drop, UnderscoredHeaders.Reject),
        LikeEnvoy = likeEnvoy,
        NormalizePath = !likeEnvoy || !dice.OneIn(5),
    };
}
