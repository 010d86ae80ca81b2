using ConsulConnect.Agent;

namespace ConsulConnect.Intentions;

/// <summary>
/// Compiles permissions. A condition we cannot use makes a permission that allows match nothing and one that denies match everything;
/// what asks for more than we can check becomes a deny.
/// </summary>
internal sealed class PermissionCompiler(RequestReading reading)
{
    private readonly Dictionary<string, (Re2Pattern? Pattern, string? Problem)> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase);
    private string? _unusable;

    /// <param name="permissions">Of one intention, in order.</param>
    /// <param name="warn">Takes what a reader of the log should know about one of them.</param>
    public PermissionRule[] Compile(IReadOnlyList<Permission> permissions, Action<string> warn)
    {
        _slots.Clear();
        var rules = new PermissionRule[permissions.Count];
        for (var place = 0; place < rules.Length; place++)
            rules[place] = Compile(permissions[place], place, warn);
        return rules;
    }

    private PermissionRule Compile(Permission permission, int place, Action<string> warn)
    {
        if (permission.Action is not ("allow" or "deny"))
        {
            var unknown = $"has the action \"{Wording.Clean(permission.Action)}\", which this version does not know, and so denies everything that reaches it";
            warn($"Permissions[{place}] {unknown}");
            return new(place, allows: false, isConstant: true, DecisionReason.NotUnderstood, unknown, null, null, null, []);
        }

        var (allows, reason, because) = permission switch
        {
            { RequiresJwt: true } => (false, DecisionReason.Jwt, "asks for a JWT, which this version does not read, and so denies what matches"),
            { Action: "deny" } => (false, DecisionReason.Intention, "denies it"),
            { Unknown: { } unknown } => (false, DecisionReason.NotUnderstood, $"holds {Wording.Clean(unknown)}, which this version does not understand, and so denies what matches"),
            _ => (true, DecisionReason.Intention, "allows it"),
        };

        _unusable = null;
        var matching = reading.LikeEnvoy ? Matching.LikeEnvoy : allows ? Matching.Strict : Matching.Loose;
        var http = permission.Http;
        var path = http is null ? null : CompilePath(http, matching);
        var headers = http is null ? [] : http.Headers.Select(header => CompileHeader(header, matching)).OfType<HeaderTest>().ToArray();
        Refuse(http switch
        {
            null or { PathExact: "", PathPrefix: "", PathRegex: "", Methods: [], Headers: [], Unknown: null } => reading.LikeEnvoy ? null : "no condition",
            _ => http.Unknown,
        });
        if (_unusable is { } why)
        {
            because = allows ? "allows nothing" : "denies everything that reaches it";
            warn($"Permissions[{place}] cannot be used as it is written ({why}), and {because}");
            return new(place, allows, isConstant: true, allows ? reason : DecisionReason.NotUnderstood, $"cannot be used as it is written ({why}), and {because}", null, null, null, []);
        }

        if (http is { PathRegex: "" } && (http.PathExact + http.PathPrefix) is { Length: > 0 } text && RulePath.NeverMatches(text, http.PathPrefix.Length > 0, reading))
            warn($"Permissions[{place}] names the path \"{Wording.Clean(text)}\", which no request has in this spelling: {(allows ? "it allows nothing" : "it denies also the path that is meant")}");
        var never = allows && headers.Any(header => header.Source == HeaderSource.Sidecar);
        if (never)
            warn($"Permissions[{place}] asks for a header that a sidecar adds and a caller can forge: it allows nothing");
        return new(place, allows, never, reason, because, http, MethodTest.Of(http?.Methods ?? [], matching), path, headers);
    }

    private PathTest? CompilePath(HttpCondition http, Matching matching)
    {
        switch (http)
        {
            case { PathExact: "", PathPrefix: "", PathRegex: "" }:
                return null;
            case { PathPrefix: "", PathRegex: "" }:
                return PathTest.Of(TextKind.Exact, http.PathExact, matching, reading);
            case { PathExact: "", PathRegex: "" }:
                return PathTest.Of(TextKind.Prefix, http.PathPrefix, matching, reading);
            case { PathExact: "", PathPrefix: "" }:
                return Pattern("PathRegex", http.PathRegex) is { } pattern ? PathTest.Of(pattern, matching) : null;
            default:
                Refuse("several kinds of path");
                return null;
        }
    }

    private HeaderTest? CompileHeader(HeaderCondition header, Matching matching)
    {
        Refuse(header.Unknown);
        var name = header.Name.ToLowerInvariant();
        var source = HeaderSources.Of(name, reading.LikeEnvoy);
        if (source is null)
            Refuse($"a header cannot have the name \"{Wording.Clean(header.Name)}\"");

        var kinds = new[]
        {
            (TextKind.Present, header.Present ? "x" : ""), (TextKind.Exact, header.Exact), (TextKind.Prefix, header.Prefix),
            (TextKind.Suffix, header.Suffix), (TextKind.Contains, header.Contains), (TextKind.Regex, header.Regex),
        }.Where(kind => kind.Item2.Length > 0).ToArray();
        if (kinds is not [var (kind, text)])
        {
            Refuse($"the header {Wording.Clean(header.Name)} has {(kinds.Length == 0 ? "no condition" : "several conditions")}");
            return null;
        }

        if (header.IgnoreCase && kind is (TextKind.Present or TextKind.Regex))
            Refuse($"IgnoreCase of the header {Wording.Clean(header.Name)} goes with Exact, Prefix, Suffix and Contains alone");
        var pattern = kind == TextKind.Regex ? Pattern($"Regex of {Wording.Clean(header.Name)}", text) : null;
        if (source is null || (kind == TextKind.Regex && pattern is null))
            return null;
        if (!_slots.TryGetValue(name, out var slot))
            _slots.Add(name, slot = _slots.Count);
        return new(source.Value, name, slot, new(kind, text, pattern, header.IgnoreCase), header.Invert, matching);
    }

    private Re2Pattern? Pattern(string where, string text)
    {
        if (!_patterns.TryGetValue(text, out var known))
        {
            known = Re2Pattern.TryCreate(text, out var pattern, out var problem) ? (pattern, null) : (null, problem);
            _patterns.Add(text, known);
        }

        if (known.Pattern is null)
            Refuse($"{where} \"{Wording.Clean(text)}\": {Wording.Clean(known.Problem)}");
        return known.Pattern;
    }

    private void Refuse(string? why) => _unusable ??= why is null ? null : Wording.Clean(why);
}
