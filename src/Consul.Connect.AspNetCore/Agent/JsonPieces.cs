using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>Values of members whose bytes may not all be there yet: false, and nothing is taken.</summary>
internal static class JsonPieces
{
    /// <param name="text">What it was in the entry before, which is often the same; empty for null.</param>
    public static bool TryText(ref Utf8JsonReader reader, ref string text)
    {
        if (!reader.Read())
            return false;
        text = reader.TokenType switch
        {
            JsonTokenType.Null => "",
            JsonTokenType.String when text.Length > 0 && reader.ValueTextEquals(text) => text,
            JsonTokenType.String => reader.GetString()!,
            _ => throw new FormatException("a text in it is none"),
        };
        return true;
    }

    /// <param name="number">-1 for what is no whole number; as it was for null.</param>
    public static bool TryNumber(ref Utf8JsonReader reader, ref int number)
    {
        if (!reader.Read())
            return false;
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : -1;
        return reader.TrySkip();
    }

    public static bool TryIndex(ref Utf8JsonReader reader, ref ulong index)
    {
        if (!reader.Read())
            return false;
        index = reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var value) ? value : 0;
        return reader.TrySkip();
    }

    public static bool TryFlag(ref Utf8JsonReader reader, ref bool flag)
    {
        if (!reader.Read())
            return false;
        flag = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null ? true : throw new FormatException("a flag in it is neither true nor false");
    }

    /// <summary>Steps into the object that is the member's value; when it is null there is none.</summary>
    public static bool TryEnter(ref Utf8JsonReader reader, JsonTokenType kind, out bool entered)
    {
        entered = false;
        if (!reader.Read())
            return false;
        entered = reader.TokenType == kind;
        return entered || reader.TokenType == JsonTokenType.Null ? true : throw new FormatException("a part of an instance is of the wrong kind");
    }
}
