using System.Text;
using System.Text.Json;

namespace ConsulConnect.DevAgent.Http;

/// <summary>Reads one JSON value and leaves what follows it alone, with the messages of Go's decoder.</summary>
internal static class GoJsonReader
{
    public static JsonElement Read(ReadOnlyMemory<byte> body, string prefix)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            throw AgentException.BadRequest(prefix + "EOF");
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException e)
        {
            throw AgentException.BadRequest(prefix + Describe(body.Span, e));
        }
    }

    /// <summary>What Go calls a value of this kind.</summary>
    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };

    // The two parsers stop at the same character, and know equally well what they missed there.
    private static string Expected(string message) =>
        message.Contains("after a property name", StringComparison.Ordinal) ? "after object key"
        : message.Contains("property name", StringComparison.Ordinal) || message.Contains("trailing comma at the end of an object", StringComparison.Ordinal) || message.Contains("JSON object contains a trailing comma", StringComparison.Ordinal) ? "looking for beginning of object key string"
        : message.Contains("after a value", StringComparison.Ordinal) ? "after object key:value pair"
        : "looking for beginning of value";

    private static string Describe(ReadOnlySpan<byte> body, JsonException e)
    {
        for (var line = e.LineNumber ?? 0; line > 0; line--)
        {
            var end = body.IndexOf((byte)'\n');
            body = end < 0 ? [] : body[(end + 1)..];
        }

        var at = (int)(e.BytePositionInLine ?? 0);
        if (at >= body.Length)
            return "unexpected EOF";
        var rest = Encoding.UTF8.GetString(body[at..]);
        return $"invalid character '{rest[0]}' {Expected(e.Message)}";
    }
}
