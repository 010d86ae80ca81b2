using System.Text.Json;
using ConsulConnect.Intentions;

namespace ConsulConnect.Tests.Intentions;

/// <summary>A mesh entry's normalization as a reading of requests.</summary>
internal static class Readings
{
    /// <summary>As Envoy does with it.</summary>
    public static RequestReading LikeEnvoy(JsonElement normalization) => new()
    {
        LikeEnvoy = true,
        MergeSlashes = Flag(normalization, "MergeSlashes"),
        NormalizePath = !Flag(normalization, "InsecureDisablePathNormalization") && !IsFalse(normalization, "normalizePath"),
        EscapedSlashes = Text(normalization, "PathWithEscapedSlashesAction", "escapedSlashes") switch
        {
            "REJECT_REQUEST" => EscapedSlashes.Reject,
            "UNESCAPE_AND_REDIRECT" => EscapedSlashes.UnescapeAndRedirect,
            "UNESCAPE_AND_FORWARD" => EscapedSlashes.UnescapeAndForward,
            _ => EscapedSlashes.Keep,
        },
        UnderscoredHeaders = Underscores(normalization),
    };

    /// <summary>As users can set it; what they cannot set is as we ship it.</summary>
    public static RequestReading Ours(JsonElement normalization) => new()
    {
        MergeSlashes = Flag(normalization, "MergeSlashes"),
        UnderscoredHeaders = Underscores(normalization),
    };

    private static UnderscoredHeaders Underscores(JsonElement normalization) => Text(normalization, "HeadersWithUnderscoresAction", "underscores") switch
    {
        "REJECT_REQUEST" => UnderscoredHeaders.Reject,
        "DROP_HEADER" => UnderscoredHeaders.Drop,
        _ => UnderscoredHeaders.Allow,
    };

    private static bool Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && (element.Flag(name) || element.Flag(char.ToLowerInvariant(name[0]) + name[1..]));

    private static bool IsFalse(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.False;

    private static string Text(JsonElement element, string name, string other) =>
        element.ValueKind != JsonValueKind.Object ? "" : element.Text(name) is { Length: > 0 } text ? text : element.Text(other);
}
