namespace ConsulConnect.Intentions;

/// <summary>Where the value of a header condition comes from.</summary>
internal enum HeaderSource
{
    Field,
    Authority,
    Method,
    Path,
    Scheme,

    /// <summary>A field that a sidecar sets itself, and that is the caller's own word here.</summary>
    Sidecar,
}

internal static class HeaderSources
{
    /// <summary>Null when no request can have a field of this name.</summary>
    public static HeaderSource? Of(string name, bool likeEnvoy) => name switch
    {
        ":authority" or "host" => HeaderSource.Authority,
        ":method" => HeaderSource.Method,
        ":path" => HeaderSource.Path,
        ":scheme" => HeaderSource.Scheme,
        "" => null,
        _ when !name.All(IsTokenCharacter) => null,
        "x-forwarded-client-cert" or "x-forwarded-proto" or "x-request-id" when !likeEnvoy => HeaderSource.Sidecar,
        _ when !likeEnvoy && name.StartsWith("x-envoy-", StringComparison.Ordinal) => HeaderSource.Sidecar,
        _ => HeaderSource.Field,
    };

    // RFC 9110, 5.6.2.
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
