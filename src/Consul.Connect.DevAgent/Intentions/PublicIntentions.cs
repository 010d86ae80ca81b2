namespace ConsulConnect.DevAgent.Intentions;

/// <summary>From what a program says to what is kept.</summary>
internal static class PublicIntentions
{
    public static SourceIntention Convert(IntentionSource source) => new(source.Name, Convert(source.Action), [.. source.Permissions.Select(Convert)]);

    private static RequestPermission Convert(IntentionRule permission) => new(
        Convert(permission.Action),
        new(permission.PathExact ?? "", permission.PathPrefix ?? "", permission.PathRegex ?? "", [.. permission.Headers.Select(Convert)], [.. permission.Methods]),
        null);

    private static HeaderRule Convert(IntentionHeader header) => new(header.Name)
    {
        Present = header.Present,
        Exact = header.Exact ?? "",
        Prefix = header.Prefix ?? "",
        Suffix = header.Suffix ?? "",
        Contains = header.Contains ?? "",
        Regex = header.Regex ?? "",
        Invert = header.Invert,
        IgnoreCase = header.IgnoreCase,
    };

    private static string Convert(IntentionAction? action) => action switch
    {
        IntentionAction.Allow => "allow",
        IntentionAction.Deny => "deny",
        _ => "",
    };
}
