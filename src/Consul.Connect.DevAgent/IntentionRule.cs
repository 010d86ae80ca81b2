namespace ConsulConnect.DevAgent;

/// <summary>
/// What holds for some requests of a caller. All that is set must fit a request; something must be set, and of the three paths at most
/// one.
/// </summary>
/// <param name="Action">What becomes of the requests this is about.</param>
public sealed record IntentionRule(IntentionAction Action)
{
    /// <summary>The whole path, which starts with a slash. Default: null, any.</summary>
    public string? PathExact { get; init; }

    /// <summary>What the path starts with; it starts with a slash itself. Default: null, any.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>An RE2 expression for the whole path. Default: null, any.</summary>
    public string? PathRegex { get; init; }

    /// <summary>HTTP methods. Default: none, which means any.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>All of them must fit. Default: none.</summary>
    public IReadOnlyList<IntentionHeader> Headers { get; init; } = [];

    /// <summary>Lets requests below a path through, with any of these methods or, without one, with any method.</summary>
    public static IntentionRule Allow(string pathPrefix, params IReadOnlyList<string> methods) => new(IntentionAction.Allow) { PathPrefix = pathPrefix, Methods = methods };

    /// <summary>Refuses requests below a path, with any of these methods or, without one, with any method.</summary>
    public static IntentionRule Deny(string pathPrefix, params IReadOnlyList<string> methods) => new(IntentionAction.Deny) { PathPrefix = pathPrefix, Methods = methods };
}
