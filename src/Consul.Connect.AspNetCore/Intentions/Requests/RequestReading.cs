namespace ConsulConnect.Intentions;

/// <summary>How requests are read before rules see them: what the mesh entry's request normalization is to a sidecar.</summary>
internal sealed record RequestReading
{
    public bool MergeSlashes { get; init; }

    public EscapedSlashes EscapedSlashes { get; init; } = EscapedSlashes.Reject;

    public UnderscoredHeaders UnderscoredHeaders { get; init; } = UnderscoredHeaders.Allow;

    /// <summary>
    /// Envoy's exact semantics instead of ours, for decisions recorded from it: allows and denies match alike, and what is ambiguous
    /// is read as Envoy reads it. Never an option of users.
    /// </summary>
    public bool LikeEnvoy { get; init; }

    /// <summary>False only together with <see cref="LikeEnvoy"/>.</summary>
    public bool NormalizePath { get; init; } = true;

    public static RequestReading Of(ConnectRequestNormalizationOptions options) => new()
    {
        MergeSlashes = options.MergeSlashes,
        EscapedSlashes = options.PathWithEscapedSlashesAction == ConnectEscapedSlashesAction.KeepUnchanged ? EscapedSlashes.Keep : EscapedSlashes.Reject,
        UnderscoredHeaders = options.HeadersWithUnderscoresAction switch
        {
            ConnectUnderscoresAction.Allow => UnderscoredHeaders.Allow,
            ConnectUnderscoresAction.DropHeader => UnderscoredHeaders.Drop,
            _ => UnderscoredHeaders.Reject,
        },
    };
}

/// <summary>What becomes of <c>%2F</c> and <c>%5C</c> in a path. The latter two only together with <see cref="RequestReading.LikeEnvoy"/>.</summary>
internal enum EscapedSlashes
{
    Reject,
    Keep,
    UnescapeAndRedirect,
    UnescapeAndForward,
}

/// <summary>What becomes of header fields with an underscore in their name.</summary>
internal enum UnderscoredHeaders
{
    Allow,
    Reject,
    Drop,
}
